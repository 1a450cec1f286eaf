// A process moved inside a signal handler goes on in it and returns to what was interrupted.
#include "law.h"

static volatile int inside, masked;

static void handle(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info, (void)context;
    volatile double kept = 1.0 / 3;
    inside = 1;
    law_move();
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    masked = sigismember(&now, SIGUSR1) && sigismember(&now, SIGUSR2);
    inside = 2 + (kept == 1.0 / 3 ? 1 : 0);
}

int main(void)
{
    law_begin();
    struct sigaction action = { .sa_sigaction = handle, .sa_flags = SA_SIGINFO };
    sigaddset(&action.sa_mask, SIGUSR2);
    MUST(sigaction(SIGUSR1, &action, NULL));
    volatile long interrupted = 1234567;
    raise(SIGUSR1);
    SAME(3, inside);
    SAME(1, masked);
    SAME(1234567, interrupted);
    sigset_t after;
    sigprocmask(SIG_BLOCK, NULL, &after);
    HOLDS(!sigismember(&after, SIGUSR1) && !sigismember(&after, SIGUSR2));
    return law_verdict();
}
