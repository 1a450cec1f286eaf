// The heap keeps its blocks and its end, and brk grows it on with zeros.
// law: far
#include "law.h"
#include <malloc.h>

int main(void)
{
    law_begin();
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    enum { blocks = 500 };
    uint64_t *block[blocks];
    for (int i = 0; i < blocks; i++) {
        block[i] = malloc(8 * (i + 1));
        law_fill(block[i], 8 * (i + 1), i);
    }
    char *end = sbrk(0);
    law_move();
    SAME((uintptr_t)end, (uintptr_t)sbrk(0));
    char *more = sbrk(1 << 20);
    SAME((uintptr_t)end, (uintptr_t)more);
    HOLDS(law_zero(more, 1 << 20));
    law_fill(more, 1 << 20, 3);
    for (int i = 0; i < blocks; i++) HOLDS(law_filled(block[i], 8 * (i + 1), i));
    for (int i = 0; i < blocks; i++) block[i] = realloc(block[i], 4096 + 8 * i);
    for (int i = 0; i < blocks; i++) HOLDS(law_filled(block[i], 8 * (i + 1), i));
    for (int i = 0; i < blocks; i++) free(block[i]);
    HOLDS(strstr(law_maps_line(more), "[heap]") != NULL);
    return law_verdict();
}
