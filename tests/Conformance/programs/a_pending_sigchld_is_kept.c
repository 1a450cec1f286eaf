// A SIGCHLD that waits behind a mask is there once, with what it tells of the child.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    MUST(sigprocmask(SIG_BLOCK, &blocked, NULL));
    int go[2];
    MUST(pipe(go));
    pid_t living = MUST(fork());
    if (living == 0) {
        char byte;
        close(go[1]);
        while (read(go[0], &byte, 1) != 0) { }
        _exit(0);
    }
    close(go[0]);
    pid_t child = MUST(fork());
    if (child == 0) _exit(6);
    siginfo_t info;
    MUST(waitid(P_PID, child, &info, WEXITED | WNOWAIT));
    law_move();
    struct timespec none = { 0, 0 };
    SAME(SIGCHLD, sigtimedwait(&blocked, &info, &none));
    SAME(child, info.si_pid);
    SAME(CLD_EXITED, info.si_code);
    SAME(6, info.si_status);
    HOLDS(sigtimedwait(&blocked, &info, &none) == -1 && errno == EAGAIN);
    SAME(child, waitpid(child, NULL, 0));
    close(go[1]);
    SAME(living, waitpid(living, NULL, 0));
    SAME(SIGCHLD, sigtimedwait(&blocked, &info, &none));
    SAME(living, info.si_pid);
    return law_verdict();
}
