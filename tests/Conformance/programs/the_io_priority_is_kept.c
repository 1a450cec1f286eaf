// The I/O priority is kept.
#include "law.h"

int main(void)
{
    law_begin();
    int best_effort_6 = 2 << 13 | 6;
    MUST(syscall(SYS_ioprio_set, 1, 0, best_effort_6));
    law_move();
    SAME(best_effort_6, syscall(SYS_ioprio_get, 1, 0));
    return law_verdict();
}
