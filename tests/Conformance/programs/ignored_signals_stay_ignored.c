// Ignored signals stay ignored, default ones default; children that are ignored leave no zombies.
#include "law.h"

int main(void)
{
    law_begin();
    signal(SIGTERM, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTRAP, SIG_IGN);
    struct sigaction nowait = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
    MUST(sigaction(SIGCHLD, &nowait, NULL));
    law_move();
    raise(SIGTERM);
    raise(SIGTRAP);
    int ends[2];
    MUST(pipe(ends));
    close(ends[0]);
    HOLDS(write(ends[1], "x", 1) == -1 && errno == EPIPE);
    pid_t child = MUST(fork());
    if (child == 0) _exit(3);
    HOLDS(waitpid(child, NULL, 0) == -1 && errno == ECHILD);
    return law_verdict();
}
