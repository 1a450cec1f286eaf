// Two children that have one descriptor table, which their parent made by clone and has left since (unshare), can't be made again so.
// obstacle: shared-by-clone.*descriptor
#include "law.h"

static char stacks[2][65536];

static int sleep_long(void *unused)
{
    (void)unused;
    for (;;) pause();
}

int main(void)
{
    law_begin();
    pid_t first = MUST(clone(sleep_long, stacks[0] + sizeof stacks[0], CLONE_FILES | SIGCHLD, NULL));
    pid_t second = MUST(clone(sleep_long, stacks[1] + sizeof stacks[1], CLONE_FILES | SIGCHLD, NULL));
    MUST(unshare(CLONE_FILES));
    law_move();
    int status;
    MUST(kill(first, SIGKILL));
    SAME(first, waitpid(first, &status, 0));
    MUST(kill(second, SIGKILL));
    SAME(second, waitpid(second, &status, 0));
    return law_verdict();
}
