// The leader of a process group, in someone else's session, stays leader of its group.
// law: group
#include "law.h"

int main(void)
{
    law_begin();
    pid_t pid = getpid();
    HOLDS(getsid(0) != pid);
    SAME(pid, getpgrp());
    law_move();
    SAME(pid, getpid());
    SAME(pid, getpgrp());
    HOLDS(getsid(0) != pid);
    return law_verdict();
}
