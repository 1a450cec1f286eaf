// An io_uring can't be carried.
// obstacle: uring
#include "law.h"
#include <linux/io_uring.h>

int main(void)
{
    law_begin();
    struct io_uring_params parameters = { 0 };
    int fd = (int)syscall(SYS_io_uring_setup, 4, &parameters);
    if (fd < 0) law_skip("io_uring");
    MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING));
    law_move();
    SAME(0, syscall(SYS_io_uring_enter, fd, 0, 0, 0, NULL, 0));
    return law_verdict();
}
