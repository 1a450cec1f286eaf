// A child made by clone that has its parent's memory, or its descriptors, can't be carried yet.
// obstacle: shared-by-clone.*memory
// obstacle: shared-by-clone.*descriptor
#include "law.h"

static char stack[65536];
static volatile int ending;

static int run(void *unused)
{
    (void)unused;
    while (!ending) law_sleep_ms(1);
    return 3;
}

static int sleep_long(void *unused)
{
    (void)unused;
    for (;;) pause();
}

int main(void)
{
    law_begin();
    pid_t child = MUST(clone(run, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL));
    static char other[65536];
    pid_t second = MUST(clone(sleep_long, other + sizeof other, CLONE_FILES | SIGCHLD, NULL));
    law_move();
    ending = 1;
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(3 << 8, status);
    MUST(kill(second, SIGKILL));
    SAME(second, waitpid(second, &status, 0));
    return law_verdict();
}
