// A POSIX timer on the process's own processor time goes on.
#include "law.h"

static atomic_int ticks;

static void on_tick(int number) { (void)number; ticks++; }

int main(void)
{
    law_begin();
    struct sigaction action = { .sa_handler = on_tick, .sa_flags = SA_RESTART };
    MUST(sigaction(SIGUSR2, &action, NULL));
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2 };
    timer_t timer;
    MUST(timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer));
    struct itimerspec time = { { 0, 5000000 }, { 0, 5000000 } };
    MUST(timer_settime(timer, 0, &time, NULL));
    law_move();
    int before = ticks;
    int64_t end = law_now(CLOCK_MONOTONIC) + 10000000000LL;
    while (ticks < before + 2 && law_now(CLOCK_MONOTONIC) < end) { }
    HOLDS(ticks >= before + 2);
    struct itimerspec now;
    MUST(timer_gettime(timer, &now));
    SAME(5000000, now.it_interval.tv_nsec);
    return law_verdict();
}
