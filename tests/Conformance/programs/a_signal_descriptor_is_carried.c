// A signal descriptor keeps its mask and gives the signals that were pending and those that come.
#include "law.h"
#include <sys/signalfd.h>

int main(void)
{
    law_begin();
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN + 4);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL));
    int fd = MUST(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
    sigqueue(getpid(), SIGRTMIN + 4, (union sigval){ .sival_int = 66 });
    law_move();
    struct signalfd_siginfo info;
    SAME(sizeof info, read(fd, &info, sizeof info));
    SAME(SIGRTMIN + 4, info.ssi_signo);
    SAME(66, info.ssi_int);
    HOLDS(read(fd, &info, sizeof info) == -1 && errno == EAGAIN);
    raise(SIGUSR1);
    SAME(sizeof info, read(fd, &info, sizeof info));
    SAME(SIGUSR1, info.ssi_signo);
    return law_verdict();
}
