// A line of six generations: each is the child of the one before, and ends when its own child has.
// law: far
#include "law.h"

#define DEPTH 6

static int live(int depth, int go, pid_t parent)
{
    if (depth == DEPTH) {
        char byte;
        while (read(go, &byte, 1) != 0) { }
        SAME(parent, getppid());
        return law_differences ? 100 : 1;
    }
    pid_t self = getpid();
    pid_t child = MUST(fork());
    if (child == 0) _exit(live(depth + 1, go, self));
    int status = 0;
    SAME(child, waitpid(child, &status, 0));
    HOLDS(WIFEXITED(status));
    SAME(parent, getppid());
    SAME(self, getpid());
    return law_differences ? 100 : WEXITSTATUS(status) + 1;
}

int main(void)
{
    law_begin();
    int go[2];
    MUST(pipe(go));
    pid_t self = getpid();
    pid_t child = MUST(fork());
    if (child == 0) {
        close(go[1]);
        _exit(live(1, go[0], self));
    }
    close(go[0]);
    law_move();
    close(go[1]);
    int status;
    SAME(child, waitpid(child, &status, 0));
    HOLDS(WIFEXITED(status));
    SAME(DEPTH, WEXITSTATUS(status));
    return law_verdict();
}
