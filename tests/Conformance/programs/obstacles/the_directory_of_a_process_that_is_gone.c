// A working directory in /proc of a process that has ended is one that is not there any more.
// obstacle: removed-directory
#include "law.h"

int main(void)
{
    law_begin();
    pid_t child = MUST(fork());
    if (child == 0)
    {
        pause();
        _exit(0);
    }

    char path[32];
    snprintf(path, sizeof path, "/proc/%d", child);
    MUST(chdir(path));
    MUST(kill(child, SIGKILL));
    MUST(waitpid(child, NULL, 0));
    law_move();
    return law_verdict();
}
