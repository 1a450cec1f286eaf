// A process with a child can't be carried alone.
// obstacle: child
#include "law.h"

int main(void)
{
    law_begin();
    pid_t child = MUST(fork());
    if (child == 0) for (;;) pause();
    law_move();
    SAME(0, kill(child, SIGKILL));
    SAME(child, waitpid(child, NULL, 0));
    return law_verdict();
}
