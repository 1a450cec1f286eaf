// Children that have told their end by another signal than SIGCHLD, or by none, and were not waited for keep their status, and no signal comes twice.
// law: far
#include "law.h"

static char stack[65536];
static volatile sig_atomic_t told, real;

static void on_signal(int number, siginfo_t *info, void *context)
{
    (void)info; (void)context;
    if (number == SIGUSR1) told++;
    else real++;
}

static int end_with(void *status) { return (int)(intptr_t)status; }

int main(void)
{
    law_begin();
    struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };
    MUST(sigaction(SIGUSR1, &action, NULL));
    MUST(sigaction(SIGRTMIN + 2, &action, NULL));
    // The default of this one would end the program.
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL));
    int signals[] = { SIGUSR1, SIGRTMIN + 2, SIGUSR2, 0 };
    pid_t children[4];
    siginfo_t info;
    for (int i = 0; i < 4; i++) {
        children[i] = MUST(clone(end_with, stack + sizeof stack, signals[i], (void *)(intptr_t)(20 + i)));
        while (waitid(P_PID, children[i], &info, WEXITED | WNOWAIT | __WALL) < 0 && errno == EINTR) { }
    }
    HOLDS(LAW_UNTIL(told == 1 && real == 1));
    law_move();
    SAME(1, told);
    SAME(1, real);
    // The one that waits does so once, and still.
    struct timespec now = { 0, 0 };
    SAME(SIGUSR2, sigtimedwait(&set, &info, &now));
    SAME(children[2], info.si_pid);
    SAME(22, info.si_status);
    SAME(-1, sigtimedwait(&set, &info, &now));
    int status;
    HOLDS(waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD);
    for (int i = 0; i < 4; i++) {
        SAME(children[i], waitpid(children[i], &status, __WALL));
        SAME((20 + i) << 8, status);
    }
    return law_verdict();
}
