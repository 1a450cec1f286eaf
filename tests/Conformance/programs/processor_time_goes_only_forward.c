// The processor time used, as getrusage, times and the cpu clocks tell it, does not go back.
#include "law.h"
#include <sys/times.h>

int main(void)
{
    law_begin();
    int64_t end = law_now(CLOCK_MONOTONIC) + 20000000;
    while (law_now(CLOCK_MONOTONIC) < end) { }
    struct tms used;
    clock_t ticks = times(&used);
    law_move();
    struct tms after;
    HOLDS(times(&after) >= ticks);
    int64_t cpu = law_now(CLOCK_PROCESS_CPUTIME_ID), again = law_now(CLOCK_PROCESS_CPUTIME_ID);
    HOLDS(cpu >= 0 && again >= cpu);
    clockid_t thread;
    MUST_BE_0(pthread_getcpuclockid(pthread_self(), &thread));
    HOLDS(law_now(thread) >= 0);
    return law_verdict();
}
