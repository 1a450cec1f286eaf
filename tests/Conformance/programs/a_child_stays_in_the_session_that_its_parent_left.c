// Who was made before its parent led a session of its own is still in the one before.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    int go[2], tell[2];
    MUST(pipe(go));
    MUST(pipe(tell));
    pid_t session = getsid(0), group = getpgrp();
    pid_t child = MUST(fork());
    if (child == 0) {
        pid_t older = MUST(fork());
        if (older == 0) {
            char byte;
            close(go[1]);
            while (read(go[0], &byte, 1) != 0) { }
            HOLDS(getsid(0) == session && getpgrp() == group);
            _exit(law_verdict());
        }
        MUST(setsid());
        pid_t younger = MUST(fork());
        if (younger == 0) {
            char byte;
            close(go[1]);
            while (read(go[0], &byte, 1) != 0) { }
            HOLDS(getsid(0) == getppid() && getpgrp() == getppid());
            _exit(law_verdict());
        }
        char byte = 1;
        MUST(write(tell[1], &byte, 1));
        close(go[1]);
        while (read(go[0], &byte, 1) != 0) { }
        HOLDS(getsid(0) == getpid());
        int status;
        SAME(older, waitpid(older, &status, 0));
        SAME(0, status);
        SAME(younger, waitpid(younger, &status, 0));
        SAME(0, status);
        _exit(law_verdict());
    }
    char byte;
    MUST(read(tell[0], &byte, 1));
    close(go[0]);
    law_move();
    close(go[1]);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
