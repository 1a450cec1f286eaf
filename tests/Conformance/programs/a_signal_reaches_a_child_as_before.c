// A child keeps its handlers, its mask and its pending signals; its parent's signals reach it, and so do those to its group.
// law: far
#include "law.h"

static volatile sig_atomic_t first, second;

static void on_first(int number) { (void)number; first++; }
static void on_second(int number, siginfo_t *info, void *context) { (void)number; (void)context; second = info->si_value.sival_int; }

int main(void)
{
    law_begin();
    int ready[2];
    MUST(pipe(ready));
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    pid_t parent = getpid();
    pid_t child = MUST(fork());
    char byte;
    if (child == 0) {
        MUST(prctl(PR_SET_PDEATHSIG, SIGKILL));
        MUST(setpgid(0, 0));
        signal(SIGUSR1, on_first);
        struct sigaction action = { .sa_sigaction = on_second, .sa_flags = SA_SIGINFO };
        MUST(sigaction(SIGUSR2, &action, NULL));
        MUST(sigprocmask(SIG_BLOCK, &blocked, NULL));
        MUST(write(ready[1], "!", 1));
        while (first < 2) pause();
        sigset_t pending, mask;
        MUST(sigpending(&pending));
        HOLDS(sigismember(&pending, SIGUSR2));
        MUST(sigprocmask(SIG_SETMASK, NULL, &mask));
        HOLDS(sigismember(&mask, SIGUSR2) && !sigismember(&mask, SIGUSR1));
        SAME(0, second);
        MUST(sigprocmask(SIG_UNBLOCK, &blocked, NULL));
        SAME(4711, second);
        SAME(parent, getppid());
        _exit(law_verdict());
    }
    MUST(read(ready[0], &byte, 1));
    MUST(sigqueue(child, SIGUSR2, (union sigval){ .sival_int = 4711 }));
    law_move();
    SAME(0, kill(child, SIGUSR1));
    law_sleep_ms(30);
    SAME(0, kill(-child, SIGUSR1));
    int status;
    // Should a wake-up be lost between look and pause.
    while (waitpid(child, &status, WNOHANG) == 0) {
        kill(child, SIGUSR1);
        law_sleep_ms(10);
    }
    SAME(0, status);
    return law_verdict();
}
