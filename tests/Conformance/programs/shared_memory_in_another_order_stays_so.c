// Shared memory whose pages are mapped in another order (remap_file_pages), and with its ends cut off, stays so.
// law: far
#include "law.h"

enum { COUNT = 16, LEFT = 3 };

int main(void)
{
    law_begin();
    char *memory = MUST(mmap(NULL, COUNT * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    char *cut = MUST(mmap(NULL, COUNT * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    for (int i = 0; i < COUNT; i++) law_fill(memory + i * 4096L, 4096, i + 1);
    for (int i = 0; i < COUNT; i++)
        if (remap_file_pages(memory + i * 4096L, 4096, 0, COUNT - 1 - i, 0) != 0) law_skip("remap_file_pages");
    // As who wants it at an even address: what is cut off was never written.
    MUST(munmap(cut, LEFT * 4096));
    MUST(munmap(cut + (COUNT - LEFT) * 4096L, LEFT * 4096));
    law_fill(cut + LEFT * 4096L, (COUNT - 2 * LEFT) * 4096, 99);
    law_move();
    for (int i = 0; i < COUNT; i++) HOLDS(law_filled(memory + i * 4096L, 4096, COUNT - i));
    HOLDS(law_filled(cut + LEFT * 4096L, (COUNT - 2 * LEFT) * 4096, 99));
    for (int i = 0; i < COUNT; i++) MUST(remap_file_pages(memory + i * 4096L, 4096, 0, i, 0));
    for (int i = 0; i < COUNT; i++) HOLDS(law_filled(memory + i * 4096L, 4096, i + 1));
    return law_verdict();
}
