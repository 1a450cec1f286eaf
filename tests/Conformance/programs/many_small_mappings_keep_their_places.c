// Two thousand small mappings with gaps keep their places and protections.
#include "law.h"

int main(void)
{
    law_begin();
    enum { count = 2000 };
    char *space = MUST(mmap(NULL, count * 3 * 4096UL, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    MUST(munmap(space, count * 3 * 4096UL));
    for (int i = 0; i < count; i++) {
        char *at = space + i * 3 * 4096UL;
        MUST(mmap(at, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0));
        law_fill(at, 8192, i);
        if (i % 2) MUST(mprotect(at + 4096, 4096, PROT_READ));
    }
    law_move();
    for (int i = 0; i < count; i++) HOLDS(law_filled(space + i * 3 * 4096UL, 8192, i));
    return law_verdict();
}
