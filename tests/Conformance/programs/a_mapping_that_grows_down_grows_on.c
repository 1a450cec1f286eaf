// A MAP_GROWSDOWN mapping of the program's own grows on when touched below.
#include "law.h"

int main(void)
{
    law_begin();
    size_t room = 4 << 20;
    char *space = MUST(mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    MUST(munmap(space, room));
    char *memory = MUST(mmap(space + room - 8192, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED_NOREPLACE, -1, 0));
    law_fill(memory, 8192, 5);
    law_move();
    HOLDS(law_filled(memory, 8192, 5));
    HOLDS(law_vmflag(memory, "gd"));
    for (char *at = memory - 4096; at >= memory - 16 * 4096; at -= 4096) {
        HOLDS(law_zero(at, 4096));
        *at = 1;
    }
    return law_verdict();
}
