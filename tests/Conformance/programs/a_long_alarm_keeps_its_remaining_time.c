// An alarm far ahead keeps its remaining time.
#include "law.h"

int main(void)
{
    law_begin();
    struct itimerval set = { { 7200, 0 }, { 3600, 500000 } }, after;
    MUST(setitimer(ITIMER_REAL, &set, NULL));
    law_move();
    MUST(getitimer(ITIMER_REAL, &after));
    SAME(7200, after.it_interval.tv_sec);
    HOLDS(after.it_value.tv_sec <= 3600 && after.it_value.tv_sec >= 3600 - 120);
    return law_verdict();
}
