// After a move MADV_DONTNEED gives zeros, and so does the growth of a mapping.
#include "law.h"

int main(void)
{
    law_begin();
    size_t size = 1 << 20;
    // Room behind it, so that it can grow in place.
    char *memory = MUST(mmap(NULL, 4 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    MUST(munmap(memory, 4 * size));
    MUST(mmap(memory, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    law_fill(memory, size, 1);
    law_move();
    HOLDS(law_filled(memory, size, 1));
    MUST(madvise(memory + 4096, 8 * 4096, MADV_DONTNEED));
    HOLDS(law_zero(memory + 4096, 8 * 4096));
    HOLDS(madvise(memory + 65536, 4096, MADV_FREE) == 0);
    char *grown = MUST(mremap(memory, size, 2 * size, MREMAP_MAYMOVE));
    HOLDS(law_zero(grown + size, size));
    law_fill(grown, 2 * size, 2);
    HOLDS(law_filled(grown, 2 * size, 2));
    MUST(madvise(grown, 2 * size, MADV_DONTNEED));
    HOLDS(law_zero(grown, 2 * size));
    return law_verdict();
}
