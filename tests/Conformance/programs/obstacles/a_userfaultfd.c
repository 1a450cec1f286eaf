// A userfaultfd can't be carried.
// obstacle: userfault
#include "law.h"
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

int main(void)
{
    law_begin();
    int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
    if (fd < 0) law_skip("userfaultfd");
    struct uffdio_api api = { .api = UFFD_API };
    MUST(ioctl(fd, UFFDIO_API, &api));
    law_move();
    HOLDS(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    return law_verdict();
}
