// A child in a namespace of its own can't be carried yet.
// obstacle: namespace-apart.*uts
// law: root
#include "law.h"

static char stack[65536];

static int sleep_long(void *unused)
{
    (void)unused;
    for (;;) pause();
}

int main(void)
{
    law_begin();
    pid_t child = MUST(clone(sleep_long, stack + sizeof stack, CLONE_NEWUTS | SIGCHLD, NULL));
    law_move();
    int status;
    MUST(kill(child, SIGKILL));
    SAME(child, waitpid(child, &status, 0));
    return law_verdict();
}
