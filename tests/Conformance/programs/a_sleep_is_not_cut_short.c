// nanosleep sleeps its whole time in one call, however the process is moved meanwhile.
// law: once blocked
#include "law.h"

int main(void)
{
    law_begin();
    struct timespec time = { 5, 200000000 }, left = { 0 };
    int64_t start = law_now(CLOCK_MONOTONIC);
    law_ready();
    SAME(0, syscall(SYS_nanosleep, &time, &left));
    int64_t slept = law_now(CLOCK_MONOTONIC) - start;
    HOLDS(slept >= 5200000000LL);
    HOLDS(slept < 60000000000LL);
    law_compare();
    return law_verdict();
}
