// clock_nanosleep to an absolute time of the monotonic clock ends then, not earlier, in one call.
// law: once blocked
#include "law.h"

int main(void)
{
    law_begin();
    law_ready();
    int64_t end = law_now(CLOCK_MONOTONIC) + 5200000000LL;
    struct timespec until = { end / 1000000000, end % 1000000000 };
    SAME(0, clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL));
    int64_t late = law_now(CLOCK_MONOTONIC) - end;
    HOLDS(late >= 0);
    HOLDS(late < 60000000000LL);
    law_compare();
    return law_verdict();
}
