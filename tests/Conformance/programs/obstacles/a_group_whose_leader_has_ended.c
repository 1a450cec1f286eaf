// A child in a process group whose leader has ended and was waited for can't be carried yet.
// obstacle: process-group
#include "law.h"

int main(void)
{
    law_begin();
    int go[2];
    MUST(pipe(go));
    pid_t leader = MUST(fork());
    if (leader == 0) { setpgid(0, 0); pause(); }
    setpgid(leader, leader);
    pid_t child = MUST(fork());
    if (child == 0) {
        char byte;
        close(go[1]);
        while (read(go[0], &byte, 1) == 1) { }
        _exit(getpgrp() == leader ? 0 : 1);
    }
    MUST(setpgid(child, leader));
    MUST(kill(leader, SIGKILL));
    SAME(leader, waitpid(leader, NULL, 0));
    close(go[0]);
    law_move();
    close(go[1]);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
