// Pidfds stay those of the same relatives: a child that lives, one that has ended, one that is gone, oneself and the parent.
// law: far
#include "law.h"
#include <poll.h>
#include <sys/epoll.h>

static volatile sig_atomic_t told;

static void on_usr1(int signal)
{
    told = signal;
}

static int pidfd(pid_t pid, unsigned flags)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, flags);
    if (fd < 0) law_skip("pidfd_open");
    return fd;
}

static int ended(int fd)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };
    return poll(&one, 1, 0);
}

static int send_signal(int fd, int signal)
{
    return (int)syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0);
}

int main(void)
{
    law_begin();
    signal(SIGUSR1, on_usr1);
    int self = pidfd(getpid(), 0);
    pid_t living = MUST(fork());
    if (living == 0) {
        int parent = pidfd(getppid(), 0);
        while (!told) pause();
        HOLDS(ended(parent) == 0);
        SAME(0, send_signal(parent, 0));
        _exit(law_verdict() ? 1 : 3);
    }
    pid_t zombie = MUST(fork());
    if (zombie == 0) _exit(5);
    pid_t reaped = MUST(fork());
    if (reaped == 0) _exit(6);
    int of_living = pidfd(living, O_NONBLOCK), of_zombie = pidfd(zombie, 0), of_reaped = pidfd(reaped, 0);
    MUST(fcntl(of_zombie, F_SETFD, 0));
    SAME(reaped, waitpid(reaped, NULL, 0));
    HOLDS(LAW_UNTIL(ended(of_zombie) == 1));
    int set = MUST(epoll_create1(0));
    struct epoll_event wanted = { .events = EPOLLIN, .data.u32 = 7 }, event;
    MUST(epoll_ctl(set, EPOLL_CTL_ADD, of_living, &wanted));

    law_move();
    SAME(0, ended(self));
    SAME(0, ended(of_living));
    SAME(1, ended(of_zombie));
    HOLDS(ended(of_reaped) == 1);
    SAME(0, send_signal(self, 0));
    SAME(-1, send_signal(of_reaped, 0));
    SAME(ESRCH, errno);
    SAME(0, epoll_wait(set, &event, 1, 0));
    HOLDS(fcntl(of_living, F_GETFL) & O_NONBLOCK);
    siginfo_t info = { 0 };
    SAME(0, waitid(P_PIDFD, of_zombie, &info, WEXITED));
    SAME(zombie, info.si_pid);
    SAME(5, info.si_status);
    SAME(0, send_signal(of_living, 0));
    SAME(0, send_signal(of_living, SIGUSR1));
    SAME(1, epoll_wait(set, &event, 1, 10000));
    SAME(0, waitid(P_PIDFD, of_living, &info, WEXITED));
    SAME(living, info.si_pid);
    SAME(3, info.si_status);
    SAME(-1, waitid(P_PIDFD, of_reaped, &info, WEXITED));
    SAME(ECHILD, errno);
    return law_verdict();
}
