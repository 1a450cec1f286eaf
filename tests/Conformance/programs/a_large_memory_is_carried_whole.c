// Two hundred megabytes with every page different come back whole, zero pages among them.
#include "law.h"

int main(void)
{
    law_begin();
    size_t size = 200 << 20, pages = size / 4096;
    char *memory = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (size_t page = 0; page < pages; page++)
        if (page % 5) for (int i = 0; i < 512; i += 64) ((uint64_t *)(memory + page * 4096))[i] = page * 1000003 + i;
    law_move();
    size_t wrong = 0;
    for (size_t page = 0; page < pages; page++)
        for (int i = 0; i < 512; i += 64)
            wrong += ((uint64_t *)(memory + page * 4096))[i] != (page % 5 ? page * 1000003 + i : 0);
    SAME(0, wrong);
    return law_verdict();
}
