// Children that have ended and were not waited for keep their status, and no SIGCHLD comes twice.
// law: far
#include "law.h"

static volatile int signals;

static void count(int number)
{
    (void)number;
    signals++;
}

int main(void)
{
    law_begin();
    struct sigaction action = { .sa_handler = count };
    MUST(sigaction(SIGCHLD, &action, NULL));
    pid_t exited = MUST(fork());
    if (exited == 0) _exit(77);
    siginfo_t info;
    while (waitid(P_PID, exited, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) { }
    pid_t killed = MUST(fork());
    if (killed == 0) {
        struct rlimit none = { 0, 0 };
        setrlimit(RLIMIT_CORE, &none);
        signal(SIGHUP, SIG_DFL);
        raise(SIGHUP);
        pause();
    }
    while (waitid(P_PID, killed, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) { }
    int before = signals;
    SAME(2, before);
    law_move();
    SAME(before, signals);
    sigset_t pending;
    MUST(sigpending(&pending));
    HOLDS(!sigismember(&pending, SIGCHLD));
    int status;
    SAME(exited, waitpid(exited, &status, 0));
    HOLDS(WIFEXITED(status));
    SAME(77, WEXITSTATUS(status));
    SAME(killed, waitpid(killed, &status, 0));
    HOLDS(WIFSIGNALED(status));
    SAME(SIGHUP, WTERMSIG(status));
    HOLDS(waitpid(-1, &status, 0) == -1 && errno == ECHILD);
    return law_verdict();
}
