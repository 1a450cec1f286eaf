// A process that leads nothing, like one of a shell's pipeline, still leads nothing and keeps its pid.
// law: member
#include "law.h"

int main(void)
{
    law_begin();
    pid_t pid = getpid();
    HOLDS(getpgrp() != pid);
    law_move();
    SAME(pid, getpid());
    HOLDS(getpgrp() != pid && getsid(0) != pid);
    return law_verdict();
}
