// A reserve of 64 GiB with a few touched pages stays as large and as empty.
#include "law.h"

int main(void)
{
    law_begin();
    size_t size = 64UL << 30;
    char *memory = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    char *bare = MUST(mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    static const size_t touched[] = { 0, 12345UL << 12, 31UL << 30, (64UL << 30) - 4096 };
    for (int i = 0; i < 4; i++) law_fill(memory + touched[i], 4096, 100 + i);
    MUST(mprotect(bare + (5UL << 30), 8192, PROT_READ | PROT_WRITE));
    law_fill(bare + (5UL << 30), 8192, 9);
    law_move();
    for (int i = 0; i < 4; i++) HOLDS(law_filled(memory + touched[i], 4096, 100 + i));
    HOLDS(law_filled(bare + (5UL << 30), 8192, 9));
    HOLDS(law_vmflag(memory, "nr"));
    char resident[64];
    snprintf(resident, sizeof resident, "%s", law_smaps(memory, "Rss:"));
    HOLDS(atol(resident + 4) <= 4 * 2048);
    HOLDS(law_zero(memory + (17UL << 30), 4096));
    return law_verdict();
}
