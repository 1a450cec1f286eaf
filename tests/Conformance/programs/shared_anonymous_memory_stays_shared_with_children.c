// MAP_SHARED|MAP_ANONYMOUS memory is shared with a child forked after the move.
#include "law.h"

int main(void)
{
    law_begin();
    char *memory = MUST(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    law_fill(memory, 1 << 20, 41);
    law_move();
    HOLDS(law_filled(memory, 1 << 20, 41));
    HOLDS(strstr(law_maps_line(memory), " rw-s ") != NULL);
    SAME(0, LAW_CHILD((memory[5000] = 77, 0)));
    SAME(77, memory[5000]);
    return law_verdict();
}
