// A process that executes another program after the move is that program: pid kept, descriptors passed on.
// law: status 9
#include "law.h"

int main(int argc, char **argv)
{
    law_begin();
    if (argc == 3 && strcmp(argv[1], "again") == 0) {
        // The second life: the pid and an inherited pipe with one byte in it.
        SAME(atoi(argv[2]), getpid());
        char byte = 0;
        SAME(1, read(33, &byte, 1));
        SAME('x', byte);
        return law_verdict() ? 1 : 9;
    }

    int ends[2];
    MUST(pipe(ends));
    MUST(dup2(ends[0], 33));
    MUST(write(ends[1], "x", 1));
    law_move();
    char pid[16];
    snprintf(pid, sizeof pid, "%d", getpid());
    if (law_verdict()) return 1;
    char path[4096];
    snprintf(path, sizeof path, "%s", argv[0]);
    execl(path, path, "again", pid, NULL);
    return 2;
}
