// Blocked signals sent to the process stay pending, real-time ones in order and with their values.
#include "law.h"

int main(void)
{
    law_begin();
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGRTMIN + 2);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL));
    pid_t self = getpid();
    for (int i = 0; i < 5; i++) MUST(sigqueue(self, SIGRTMIN + 2, (union sigval){ .sival_int = 20 + i }));
    for (int i = 0; i < 3; i++) MUST(sigqueue(self, SIGRTMIN + 1, (union sigval){ .sival_int = 10 + i }));
    MUST(kill(self, SIGUSR1));
    law_move();
    siginfo_t info;
    struct timespec now = { 0 };
    SAME(SIGUSR1, sigtimedwait(&set, &info, &now));
    SAME(SI_USER, info.si_code);
    SAME(self, info.si_pid);
    SAME(getuid(), info.si_uid);
    for (int i = 0; i < 3; i++) {
        SAME(SIGRTMIN + 1, sigtimedwait(&set, &info, &now));
        SAME(10 + i, info.si_value.sival_int);
        SAME(SI_QUEUE, info.si_code);
        SAME(self, info.si_pid);
    }
    for (int i = 0; i < 5; i++) {
        SAME(SIGRTMIN + 2, sigtimedwait(&set, &info, &now));
        SAME(20 + i, info.si_value.sival_int);
    }
    HOLDS(sigtimedwait(&set, &info, &now) == -1 && errno == EAGAIN);
    return law_verdict();
}
