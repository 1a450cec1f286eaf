// Pages of shared memory that nothing maps (remap_file_pages) can be read by root only.
// law: user
// obstacle: unmapped-memory
#include "../law.h"

enum { COUNT = 16 };

static char *memory;

static void map(int from, int count, int first, int step)
{
    for (int i = 0; i < count; i++) MUST(remap_file_pages(memory + (from + i) * 4096L, 4096, 0, first + i * step, 0));
}

int main(void)
{
    law_begin();
    law_compares = false;
    memory = MUST(mmap(NULL, COUNT * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    for (int i = 0; i < COUNT; i++) law_fill(memory + i * 4096L, 4096, i + 1);
    if (remap_file_pages(memory, 4096, 0, COUNT - 1, 0) != 0) law_skip("remap_file_pages");
    // The second half is seen twice, the first nowhere.
    map(0, COUNT / 2, COUNT - 1, -1);
    law_move();
    for (int i = 0; i < COUNT / 2; i++) HOLDS(law_filled(memory + i * 4096L, 4096, COUNT - i));
    map(0, COUNT, 0, 1);
    for (int i = 0; i < COUNT; i++) HOLDS(law_filled(memory + i * 4096L, 4096, i + 1));
    return law_verdict();
}
