// A child keeps its directory, umask, limits, nice value, name, timers and descriptors, which are not its parent's.
// law: far
#include "law.h"
#include <sys/eventfd.h>

static volatile sig_atomic_t alarms;

static void on_alarm(int number) { (void)number; alarms++; }

int main(void)
{
    law_begin();
    int go[2], ready[2];
    MUST(pipe(go));
    MUST(pipe(ready));
    int closed = MUST(open("/dev/null", O_RDONLY));
    pid_t child = MUST(fork());
    char byte;
    if (child == 0) {
        close(go[1]);
        close(closed);
        MUST(mkdir(law_path("inner"), 0755));
        MUST(chdir(law_path("inner")));
        umask(027);
        struct rlimit limit = { 200, 300 };
        MUST(setrlimit(RLIMIT_NOFILE, &limit));
        MUST(setpriority(PRIO_PROCESS, 0, 7));
        MUST(prctl(PR_SET_NAME, "another"));
        signal(SIGALRM, on_alarm);
        struct itimerval every = { { 0, 20000 }, { 0, 20000 } };
        MUST(setitimer(ITIMER_REAL, &every, NULL));
        int counter = MUST(eventfd(5, 0));
        MUST(write(ready[1], "!", 1));
        while (read(go[0], &byte, 1) != 0) { }
        alarms = 0;
        HOLDS(LAW_UNTIL(alarms > 2));
        struct itimerval off = { { 0, 0 }, { 0, 0 } };
        MUST(setitimer(ITIMER_REAL, &off, NULL));
        char text[1024], name[17] = "";
        HOLDS(getcwd(text, sizeof text) && strcmp(text + strlen(text) - 6, "/inner") == 0);
        SAME(027, umask(0));
        MUST(getrlimit(RLIMIT_NOFILE, &limit));
        SAME(200, limit.rlim_cur);
        SAME(300, limit.rlim_max);
        SAME(7, getpriority(PRIO_PROCESS, 0));
        MUST(prctl(PR_GET_NAME, name));
        SAME_TEXT("another", name);
        uint64_t value = 0;
        SAME(8, read(counter, &value, 8));
        SAME(5, value);
        HOLDS(fcntl(closed == counter ? closed + 1 : closed, F_GETFD) == (closed == counter ? fcntl(closed + 1, F_GETFD) : -1));
        _exit(law_verdict());
    }
    close(go[0]);
    MUST(read(ready[0], &byte, 1));
    law_move();
    SAME(0, getpriority(PRIO_PROCESS, 0));
    HOLDS(fcntl(closed, F_GETFD) != -1);
    close(go[1]);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
