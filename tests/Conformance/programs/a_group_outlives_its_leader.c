// A process group whose leader has ended and was waited for stays one: its members are reached by a signal to it, another can still join.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    int go[2];
    MUST(pipe(go));
    pid_t leader = MUST(fork());
    if (leader == 0) { setpgid(0, 0); for (;;) pause(); }
    MUST(setpgid(leader, leader));
    pid_t members[3];
    for (int i = 0; i < 3; i++) {
        members[i] = MUST(fork());
        if (members[i] == 0) {
            char byte;
            close(go[1]);
            while (read(go[0], &byte, 1) == 1) { }
            if (getpgrp() != leader) _exit(1);
            for (;;) pause();
        }
        if (i < 2) MUST(setpgid(members[i], leader));
    }
    MUST(kill(leader, SIGKILL));
    SAME(leader, waitpid(leader, NULL, 0));
    close(go[0]);
    law_move();
    SAME(getpgrp(), getpgid(members[2]));
    SAME(0, setpgid(members[2], leader));
    for (int i = 0; i < 3; i++) SAME(leader, getpgid(members[i]));
    SAME(-1, kill(leader, 0));
    close(go[1]);
    SAME(0, kill(-leader, SIGTERM));
    for (int i = 0; i < 3; i++) {
        int status;
        SAME(members[i], waitpid(-leader, &status, 0) > 0 ? members[i] : -1);
        SAME(SIGTERM, status);
    }
    HOLDS(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
    return law_verdict();
}
