// A context of io_setup can't be carried.
// obstacle: aio
#include "law.h"
#include <linux/aio_abi.h>

int main(void)
{
    law_begin();
    aio_context_t context = 0;
    if (syscall(SYS_io_setup, 8, &context) != 0) law_skip("io_setup");
    law_move();
    SAME(0, syscall(SYS_io_destroy, context));
    return law_verdict();
}
