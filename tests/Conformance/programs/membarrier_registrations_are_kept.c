// What the process registered with membarrier still stands.
#include "law.h"
#include <linux/membarrier.h>

int main(void)
{
    law_begin();
    static const struct { int registers, uses; } kinds[] = {
        { MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED, MEMBARRIER_CMD_GLOBAL_EXPEDITED },
        { MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, MEMBARRIER_CMD_PRIVATE_EXPEDITED },
        { MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE, MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE },
        { MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ, MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ } };
    bool had[4];
    for (int i = 0; i < 4; i++) had[i] = syscall(SYS_membarrier, kinds[i].registers, 0, 0) == 0;
    HOLDS(had[1]);
    law_move();
    for (int i = 0; i < 4; i++) SAME(had[i], syscall(SYS_membarrier, kinds[i].uses, 0, 0) == 0);
    return law_verdict();
}
