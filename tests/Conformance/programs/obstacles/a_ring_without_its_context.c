// A child has the ring of a context of io_setup that its parent has unmapped: only the kernel knows that it is none of the child's.
// obstacle: aio
#include "law.h"
#include <linux/aio_abi.h>

int main(void)
{
    law_begin();
    law_compares = false;
    aio_context_t context = 0;
    if (syscall(SYS_io_setup, 8, &context) != 0) law_skip("io_setup");
    int child = MUST(fork());
    if (child == 0) {
        while (access(law_path("go"), F_OK) != 0) law_sleep_ms(2);
        struct io_event event;
        struct timespec now = { 0 };
        HOLDS(syscall(SYS_io_getevents, context, 0, 1, &event, &now) == -1 && errno == EINVAL);
        _exit(law_verdict());
    }
    MUST(munmap((void *)context, 4096));
    law_move();
    int status;
    MUST(waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
