// A child that asked for a signal at its parent's death gets it.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
    int go[2], tell[2];
    MUST(pipe(go));
    MUST(pipe(tell));
    pid_t child = MUST(fork());
    if (child == 0) {
        char byte;
        close(go[1]);
        pid_t grandchild = MUST(fork());
        if (grandchild == 0) {
            MUST(prctl(PR_SET_PDEATHSIG, SIGTERM));
            pid_t self = getpid();
            MUST(write(tell[1], &self, sizeof self));
            for (;;) pause();
        }
        while (read(go[0], &byte, 1) != 0) { }
        _exit(0);
    }
    close(go[0]);
    pid_t grandchild;
    MUST(read(tell[0], &grandchild, sizeof grandchild));
    law_move();
    SAME(0, kill(grandchild, 0));
    close(go[1]);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(grandchild, waitpid(grandchild, &status, 0));
    HOLDS(WIFSIGNALED(status));
    SAME(SIGTERM, WTERMSIG(status));
    return law_verdict();
}
