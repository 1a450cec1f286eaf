// For which descriptors io_submit waits (IOCB_CMD_POLL) the kernel does not tell.
// obstacle: aio
#include "law.h"
#include <linux/aio_abi.h>
#include <poll.h>
#include <sys/eventfd.h>

int main(void)
{
    law_begin();
    aio_context_t context = 0;
    if (syscall(SYS_io_setup, 8, &context) != 0) law_skip("io_setup");
    int bell = MUST(eventfd(1, EFD_CLOEXEC));
    struct iocb request = { .aio_data = 7, .aio_lio_opcode = 5, .aio_fildes = bell, .aio_buf = POLLIN }, *list = &request;
    struct io_event event;
    if (syscall(SYS_io_submit, context, 1, &list) != 1) law_skip("IOCB_CMD_POLL");
    MUST(syscall(SYS_io_getevents, context, 1, 1, &event, NULL));
    uint64_t value;
    MUST(read(bell, &value, sizeof value));
    MUST(syscall(SYS_io_submit, context, 1, &list));
    law_move();
    value = 1;
    MUST(write(bell, &value, sizeof value));
    struct timespec limit = { 5, 0 };
    SAME(1, syscall(SYS_io_getevents, context, 1, 1, &event, &limit));
    SAME(7, event.data);
    return law_verdict();
}
