// Signal handlers keep their flags and masks: SA_SIGINFO, SA_NODEFER, SA_RESETHAND, what is blocked meanwhile.
#include "law.h"

static volatile int calls, value, blocked;

static void on_info(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    calls++;
    value = info->si_value.sival_int;
    sigset_t now;
    sigprocmask(SIG_BLOCK, NULL, &now);
    blocked = sigismember(&now, SIGUSR2) * 2 + sigismember(&now, SIGTERM) + 4 * sigismember(&now, SIGUSR1);
}

static void once(int number) { (void)number; calls++; }

int main(void)
{
    law_begin();
    struct sigaction info = { .sa_sigaction = on_info, .sa_flags = SA_SIGINFO | SA_RESTART };
    sigaddset(&info.sa_mask, SIGUSR2);
    sigaddset(&info.sa_mask, SIGTERM);
    MUST(sigaction(SIGUSR1, &info, NULL));
    struct sigaction nodefer = { .sa_sigaction = on_info, .sa_flags = SA_SIGINFO | SA_NODEFER };
    MUST(sigaction(SIGRTMIN + 3, &nodefer, NULL));
    struct sigaction reset = { .sa_handler = once, .sa_flags = SA_RESETHAND };
    MUST(sigaction(SIGUSR2, &reset, NULL));
    law_move();
    sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 4711 });
    SAME(1, calls);
    SAME(4711, value);
    SAME(7, blocked);
    sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 4712 });
    SAME(4712, value);
    SAME(0, blocked);
    raise(SIGUSR2);
    SAME(3, calls);
    struct sigaction now;
    sigaction(SIGUSR2, NULL, &now);
    HOLDS(now.sa_handler == SIG_DFL);
    return law_verdict();
}
