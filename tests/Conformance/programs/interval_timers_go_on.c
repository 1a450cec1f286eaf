// ITIMER_REAL, ITIMER_VIRTUAL and ITIMER_PROF keep interval and go on ticking.
#include "law.h"

static atomic_int ticks[3];

static void on_tick(int number)
{
    ticks[number == SIGALRM ? 0 : number == SIGVTALRM ? 1 : 2]++;
}

int main(void)
{
    law_begin();
    struct sigaction action = { .sa_handler = on_tick, .sa_flags = SA_RESTART };
    MUST(sigaction(SIGALRM, &action, NULL));
    MUST(sigaction(SIGVTALRM, &action, NULL));
    MUST(sigaction(SIGPROF, &action, NULL));
    struct itimerval fast = { { 0, 5000 }, { 0, 5000 } };
    for (int which = 0; which < 3; which++) MUST(setitimer(which, &fast, NULL));
    law_move();
    for (int which = 0; which < 3; which++) {
        struct itimerval now;
        getitimer(which, &now);
        HOLDS(now.it_interval.tv_sec == 0 && now.it_interval.tv_usec >= 4000 && now.it_interval.tv_usec <= 9000);
        int before = ticks[which];
        int64_t end = law_now(CLOCK_MONOTONIC) + 10000000000LL;
        while (ticks[which] < before + 3 && law_now(CLOCK_MONOTONIC) < end) { }
        HOLDS(ticks[which] >= before + 3);
    }
    return law_verdict();
}
