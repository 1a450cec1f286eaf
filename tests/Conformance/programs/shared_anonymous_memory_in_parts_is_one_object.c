// Shared anonymous memory that mprotect cut in parts stays one object, parts seen twice stay seen twice.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    size_t size = 16 * 4096;
    char *memory = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    law_fill(memory, size, 51);
    // Old size 0: a second view of the same pages (mremap(2)).
    char *second = MUST(mremap(memory, 0, size, MREMAP_MAYMOVE));
    MUST(mprotect(memory + 4 * 4096, 4 * 4096, PROT_READ));
    MUST(mprotect(memory + 8 * 4096, 4096, PROT_NONE));
    MUST(munmap(memory + 12 * 4096, 4096));
    law_move();
    HOLDS(law_filled(second, size, 51));
    HOLDS(memcmp(memory, second, 8 * 4096) == 0);
    second[5 * 4096] = 99;
    SAME(99, memory[5 * 4096]);
    memory[9 * 4096] = 98;
    SAME(98, second[9 * 4096]);
    second[8 * 4096 + 1] = 97;
    MUST(mprotect(memory + 8 * 4096, 4096, PROT_READ));
    SAME(97, memory[8 * 4096 + 1]);
    return law_verdict();
}
