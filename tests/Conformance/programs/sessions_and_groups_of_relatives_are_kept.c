// Children keep their sessions and process groups: their own, their parent's, that of a sibling, and that of one who has ended
// and was not waited for.
// law: far
#include "law.h"

#define CHILDREN 6

int main(void)
{
    law_begin();
    int go[2], ready[2];
    MUST(pipe(go));
    MUST(pipe(ready));
    pid_t children[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = MUST(fork());
        if (children[i] == 0) {
            char byte;
            close(go[1]);
            if (i == 0) MUST(setpgid(0, 0));
            if (i == 1) MUST(setpgid(0, children[0]));
            if (i == 2) MUST(setsid());
            if (i == 4) { MUST(setpgid(0, 0)); MUST(write(ready[1], "!", 1)); _exit(9); }
            if (i == 5) MUST(setpgid(0, children[4]));
            pid_t group = getpgrp(), session = getsid(0);
            if (i == 2) {
                // A child of its own, in its session.
                pid_t grandchild = MUST(fork());
                if (grandchild == 0) {
                    MUST(setpgid(0, 0));
                    MUST(write(ready[1], "!", 1));
                    while (read(go[0], &byte, 1) != 0) { }
                    SAME(session, getsid(0));
                    SAME(getpid(), getpgrp());
                    _exit(law_verdict());
                }
                while (read(go[0], &byte, 1) != 0) { }
                int status;
                SAME(grandchild, waitpid(grandchild, &status, 0));
                SAME(0, status);
            } else {
                MUST(write(ready[1], "!", 1));
                while (read(go[0], &byte, 1) != 0) { }
            }
            SAME(group, getpgrp());
            SAME(session, getsid(0));
            _exit(law_verdict());
        }
        char byte;
        MUST(read(ready[0], &byte, 1));
    }
    siginfo_t info;
    MUST(waitid(P_PID, children[4], &info, WEXITED | WNOWAIT));
    close(go[0]);
    pid_t own = getpgrp();
    SAME(own, getpgid(children[3]));
    SAME(children[4], getpgid(children[5]));
    law_move();
    SAME(children[0], getpgid(children[0]));
    SAME(children[0], getpgid(children[1]));
    SAME(children[2], getsid(children[2]));
    SAME(getsid(0), getsid(children[0]));
    SAME(own, getpgid(children[3]));
    SAME(children[4], getpgid(children[4]));
    SAME(children[4], getpgid(children[5]));
    close(go[1]);
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        SAME(children[i], waitpid(children[i], &status, 0));
        SAME(i == 4 ? 9 << 8 : 0, status);
    }
    return law_verdict();
}
