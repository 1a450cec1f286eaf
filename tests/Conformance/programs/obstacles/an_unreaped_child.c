// A process whose child has ended and was not waited for can't be carried: its status would be lost.
// obstacle: child|zombie
#include "law.h"

int main(void)
{
    law_begin();
    pid_t child = MUST(fork());
    if (child == 0) _exit(42);
    siginfo_t info;
    MUST(waitid(P_PID, child, &info, WEXITED | WNOWAIT));
    law_move();
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(42, WEXITSTATUS(status));
    return law_verdict();
}
