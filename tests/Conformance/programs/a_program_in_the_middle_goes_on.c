// A program that was executed by a child (cat) goes on between two pipes, and ends at the end of its input.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    int to[2], from[2];
    MUST(pipe2(to, O_CLOEXEC));
    MUST(pipe2(from, O_CLOEXEC));
    pid_t child = MUST(fork());
    if (child == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        execl("/bin/cat", "cat", (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    char text[64] = "";
    MUST(write(to[1], "before", 6));
    SAME(6, read(from[0], text, sizeof text));
    law_move();
    MUST(write(to[1], "after!", 6));
    SAME(6, read(from[0], text, sizeof text));
    SAME_TEXT("after!", text);
    close(to[1]);
    SAME(0, read(from[0], text, sizeof text));
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
