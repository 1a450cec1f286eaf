// A thread of the class SCHED_DEADLINE has been promised processor time that another host may not have.
// obstacle: deadline-scheduling
// law: root
#include "law.h"

struct attributes
{
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

int main(void)
{
    law_begin();
    struct attributes wanted = { .size = sizeof wanted, .policy = 6, .runtime = 1000000, .deadline = 100000000, .period = 100000000 };
    if (syscall(SYS_sched_setattr, 0, &wanted, 0) != 0) law_skip("this host grants no SCHED_DEADLINE");
    law_move();
    struct attributes now = { 0 };
    MUST(syscall(SYS_sched_getattr, 0, &now, sizeof now, 0));
    SAME(6, now.policy);
    return law_verdict();
}
