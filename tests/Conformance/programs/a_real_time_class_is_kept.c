// A real-time class and a negative nice value are kept.
// law: root
#include "law.h"

int main(void)
{
    law_begin();
    struct sched_param parameters = { .sched_priority = 7 };
    if (setpriority(PRIO_PROCESS, 0, -5) != 0 || sched_setscheduler(0, SCHED_RR, &parameters) != 0) law_skip("real-time scheduling");
    law_move();
    SAME(SCHED_RR, sched_getscheduler(0));
    parameters.sched_priority = 0;
    MUST(sched_getparam(0, &parameters));
    SAME(7, parameters.sched_priority);
    SAME(-5, getpriority(PRIO_PROCESS, 0));
    return law_verdict();
}
