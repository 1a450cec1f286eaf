// Memory that a process shares with its child can't be carried yet.
// obstacle: shared-memory
#include "law.h"

int main(void)
{
    law_begin();
    int *shared = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    pid_t child = MUST(fork());
    if (child == 0) {
        while (*(volatile int *)shared == 0) law_sleep_ms(1);
        *shared = 2;
        _exit(0);
    }
    law_move();
    *shared = 1;
    SAME(child, waitpid(child, NULL, 0));
    SAME(2, *shared);
    return law_verdict();
}
