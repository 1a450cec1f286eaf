// A pidfd of a process outside can't be carried.
// obstacle: pidfd
#include "law.h"

int main(void)
{
    law_begin();
    int fd = (int)syscall(SYS_pidfd_open, getppid(), 0);
    if (fd < 0) law_skip("pidfd_open");
    law_move();
    HOLDS(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    return law_verdict();
}
