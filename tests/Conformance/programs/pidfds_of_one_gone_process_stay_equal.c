// Two pidfds of a process that is gone are of one process after a move, a third of another one.
#include "law.h"
#include <poll.h>

static int of(pid_t process, int flags)
{
    return MUST(syscall(SYS_pidfd_open, process, flags));
}

static ino_t inode(int file)
{
    struct stat status;
    MUST(fstat(file, &status));
    return status.st_ino;
}

int main(void)
{
    law_begin();
    pid_t first = MUST(fork());
    if (first == 0) _exit(3);
    pid_t second = MUST(fork());
    if (second == 0) _exit(4);
    int one = of(first, 0), same = of(first, O_NONBLOCK), other = of(second, 0);
    MUST(waitpid(first, NULL, 0));
    MUST(waitpid(second, NULL, 0));
    bool told = inode(one) != inode(other); // since Linux 6.9
    law_move();
    if (told) {
        SAME(inode(one), inode(same));
        HOLDS(inode(one) != inode(other));
    }
    HOLDS(fcntl(same, F_GETFL) & O_NONBLOCK);
    HOLDS(!(fcntl(one, F_GETFL) & O_NONBLOCK));
    struct pollfd poll_one = { .fd = one, .events = POLLIN };
    SAME(1, poll(&poll_one, 1, 0));
    SAME(-1, syscall(SYS_pidfd_send_signal, same, 0, NULL, 0));
    SAME(ESRCH, errno);
    return law_verdict();
}
