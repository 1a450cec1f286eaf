// A session leader stays leader of its session and its group.
// law: session
#include "law.h"

int main(void)
{
    law_begin();
    pid_t pid = getpid();
    SAME(pid, getsid(0));
    SAME(pid, getpgrp());
    law_move();
    SAME(pid, getpid());
    SAME(pid, getsid(0));
    SAME(pid, getpgrp());
    HOLDS(setsid() == -1 && errno == EPERM);
    SAME(0, kill(0, 0));
    return law_verdict();
}
