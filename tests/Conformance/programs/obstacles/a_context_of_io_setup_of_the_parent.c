// The ring of a context of io_setup that a child has of its parent would be a copy.
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
        _exit(0);
    }
    law_move();
    int status;
    MUST(waitpid(child, &status, 0));
    SAME(0, status);
    SAME(0, syscall(SYS_io_destroy, context));
    return law_verdict();
}
