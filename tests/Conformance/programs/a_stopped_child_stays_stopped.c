// Children that are stopped, by SIGSTOP or another signal and with several threads, stay so, and their parent is not told again.
// law: far
#include "law.h"

static volatile sig_atomic_t told;

static void on_child(int number) { (void)number; told++; }

static void *count(void *counter)
{
    for (;;) { ++*(volatile long *)counter; law_sleep_ms(1); }
    return NULL;
}

static char state(pid_t pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    law_read(path, text, sizeof text);
    char *end = strrchr(text, ')');
    return end ? end[2] : '?';
}

int main(void)
{
    law_begin();
    signal(SIGCHLD, on_child);
    long *counter = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    static const int signals[] = { SIGSTOP, SIGTSTP, SIGTTIN };
    pid_t children[3];
    int status;
    for (int i = 0; i < 3; i++) {
        children[i] = MUST(fork());
        if (children[i] == 0) {
            signal(SIGCHLD, SIG_DFL);
            MUST(setpgid(0, 0));
            if (i == 0) {
                pthread_t threads[3];
                for (int k = 0; k < 3; k++) MUST_BE_0(pthread_create(&threads[k], NULL, count, counter + k));
                while (counter[0] < 3 || counter[1] < 3 || counter[2] < 3) law_sleep_ms(1);
            }
            raise(signals[i]);
            for (int end = i ? 0 : 3, k = 0; k < end; k++) {
                long before = counter[k];
                HOLDS(LAW_UNTIL(*(volatile long *)(counter + k) > before + 2));
            }
            _exit(5 + i + 10 * law_verdict());
        }
        while (waitpid(children[i], &status, WUNTRACED) != children[i]) { }
        HOLDS(WIFSTOPPED(status) && WSTOPSIG(status) == signals[i]);
    }
    int before = told;
    long counted = counter[0] + counter[1] + counter[2];
    law_move();
    SAME(before, told);
    SAME(counted, counter[0] + counter[1] + counter[2]);
    SAME(0, waitpid(-1, &status, WUNTRACED | WNOHANG));
    for (int i = 0; i < 3; i++) {
        // Let go by ptrace it is stopped again by the kernel, in a moment, before it runs.
        SAME('T', LAW_UNTIL(state(children[i]) == 'T') ? 'T' : state(children[i]));
        SAME(0, kill(children[i], SIGCONT));
        SAME(children[i], LAW_UNTIL(waitpid(children[i], &status, WCONTINUED | WNOHANG) == children[i]) ? children[i] : -1);
        HOLDS(WIFCONTINUED(status) || WIFEXITED(status));
        if (!WIFEXITED(status)) while (waitpid(children[i], &status, 0) != children[i]) { }
        SAME((5 + i) << 8, status);
    }
    return law_verdict();
}
