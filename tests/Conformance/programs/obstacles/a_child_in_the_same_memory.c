// A child made by clone that has its parent's memory can't be carried yet.
// obstacle: shared-by-clone.*memory
#include "law.h"

static char stack[65536];
static volatile int ending;

static int run(void *unused)
{
    (void)unused;
    while (!ending) law_sleep_ms(1);
    return 3;
}

int main(void)
{
    law_begin();
    pid_t child = MUST(clone(run, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL));
    law_move();
    ending = 1;
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(3 << 8, status);
    return law_verdict();
}
