// A child that tells its end by another signal than SIGCHLD, or is in a namespace of its own, can't be carried yet.
// obstacle: exit-signal
// obstacle: namespace-apart.*uts
// law: root
#include "law.h"

static char stack[65536], other[65536];

static int sleep_long(void *unused)
{
    (void)unused;
    for (;;) pause();
}

int main(void)
{
    law_begin();
    signal(SIGUSR1, SIG_IGN);
    pid_t first = MUST(clone(sleep_long, stack + sizeof stack, SIGUSR1, NULL));
    pid_t second = MUST(clone(sleep_long, other + sizeof other, CLONE_NEWUTS | SIGCHLD, NULL));
    law_move();
    int status;
    MUST(kill(first, SIGKILL));
    SAME(first, waitpid(first, &status, __WALL));
    MUST(kill(second, SIGKILL));
    SAME(second, waitpid(second, &status, 0));
    return law_verdict();
}
