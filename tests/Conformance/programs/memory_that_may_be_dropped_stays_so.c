// Memory of MAP_DROPPABLE keeps its content and stays what it is.
#include "law.h"

#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE 8
#endif

int main(void)
{
    law_begin();
    char *memory = mmap(NULL, 16 * 4096, PROT_READ | PROT_WRITE, MAP_DROPPABLE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) law_skip("MAP_DROPPABLE");
    law_fill(memory, 8 * 4096, 17);
    HOLDS(law_vmflag(memory, "dp"));
    law_move();
    HOLDS(law_filled(memory, 8 * 4096, 17));
    HOLDS(law_zero(memory + 8 * 4096, 8 * 4096));
    HOLDS(law_vmflag(memory, "dp"));
    HOLDS(law_vmflag(memory, "wf"));
    HOLDS(law_vmflag(memory, "dd"));
    SAME(0, LAW_CHILD(law_zero(memory, 8 * 4096) ? 0 : 1));
    return law_verdict();
}
