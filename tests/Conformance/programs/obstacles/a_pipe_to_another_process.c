// A pipe to a process outside, on another descriptor than the standard streams, can't be carried.
// obstacle: pipe
#include "law.h"

int main(void)
{
    law_begin();
    int ends[2];
    MUST(pipe(ends));
    pid_t child = MUST(fork());
    if (child == 0) {
        // The grandchild is nobody's child here; it ends when the pipe is closed.
        if (fork() == 0) { char byte; close(ends[1]); while (read(ends[0], &byte, 1) > 0) { } _exit(0); }
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    MUST(dup2(ends[1], 5));
    if (ends[1] != 5) close(ends[1]);
    if (ends[0] != 5) close(ends[0]);
    law_move();
    SAME(1, write(5, "x", 1));
    return law_verdict();
}
