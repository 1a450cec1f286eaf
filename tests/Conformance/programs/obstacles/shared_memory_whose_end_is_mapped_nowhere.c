// The last page of shared memory, when another one is mapped in its place (remap_file_pages), can be read by root only.
// law: user
// obstacle: unmapped-memory
#include "../law.h"

enum { COUNT = 16 };

int main(void)
{
    law_begin();
    law_compares = false;
    char *memory = MUST(mmap(NULL, COUNT * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    for (int i = 0; i < COUNT; i++) law_fill(memory + i * 4096L, 4096, i + 1);
    char *last = memory + (COUNT - 1) * 4096L;
    if (remap_file_pages(last, 4096, 0, 0, 0) != 0) law_skip("remap_file_pages");
    law_move();
    HOLDS(law_filled(last, 4096, 1));
    MUST(remap_file_pages(last, 4096, 0, COUNT - 1, 0));
    for (int i = 0; i < COUNT; i++) HOLDS(law_filled(memory + i * 4096L, 4096, i + 1));
    return law_verdict();
}
