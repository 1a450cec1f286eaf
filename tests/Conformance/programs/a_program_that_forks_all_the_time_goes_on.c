// A program that makes children all the time, by fork and by vfork and exec, loses none and gets each status.
// law: far nocompare
#include "law.h"
#include <spawn.h>

extern char **environ;

int main(void)
{
    law_begin();
    law_ready();
    char *words[] = { "true", NULL };
    for (int round = 0; !law_gone_on(); round++) {
        int status;
        pid_t child = MUST(fork());
        if (child == 0) _exit(round & 63);
        pid_t program;
        MUST_BE_0(posix_spawn(&program, "/bin/true", NULL, NULL, words, environ));
        SAME(child, waitpid(child, &status, 0));
        SAME((round & 63) << 8, status);
        SAME(program, waitpid(program, &status, 0));
        SAME(0, status);
    }
    HOLDS(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
    return law_verdict();
}
