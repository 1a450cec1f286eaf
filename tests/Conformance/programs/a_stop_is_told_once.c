// Of a child that was stopped before the move, its parent, which had not waited for it yet, is told once after it; so it is of its signal.
// law: far
#include "law.h"

static volatile sig_atomic_t told;

static void on_child(int number) { (void)number; told++; }

int main(void)
{
    law_begin();
    signal(SIGCHLD, on_child);
    sigset_t blocked, none;
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGCHLD);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    pid_t child = MUST(fork());
    if (child == 0) {
        raise(SIGSTOP);
        _exit(5);
    }
    siginfo_t info;
    SAME(0, waitid(P_PID, child, &info, WSTOPPED | WNOWAIT));
    law_move();
    SAME(0, told);
    sigprocmask(SIG_UNBLOCK, &blocked, NULL);
    SAME(1, told);
    int status;
    SAME(child, waitpid(child, &status, WUNTRACED | WNOHANG));
    HOLDS(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    SAME(0, waitpid(child, &status, WUNTRACED | WNOHANG));
    SAME(1, told);
    SAME(0, kill(child, SIGCONT));
    while (waitpid(child, &status, 0) != child) { }
    SAME(5 << 8, status);
    return law_verdict();
}
