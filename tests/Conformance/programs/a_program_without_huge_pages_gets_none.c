// A program that has disabled huge pages (PR_SET_THP_DISABLE) has none afterwards, though its memory is full.
#include "law.h"

static long huge_kilobytes(void)
{
    FILE *file = MUST(fopen("/proc/self/smaps_rollup", "r"));
    char line[256];
    long found = -1;
    while (fgets(line, sizeof line, file))
        sscanf(line, "AnonHugePages: %ld", &found);
    fclose(file);
    return found;
}

int main(void)
{
    law_begin();
    MUST(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
    size_t size = 24 << 20;
    uint64_t *memory = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (size_t i = 0; i < size / 8; i++) memory[i] = i * 2654435761u + 1;
    SAME(0, huge_kilobytes());
    law_move();
    SAME(0, huge_kilobytes());
    SAME(1, prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    size_t wrong = 0;
    for (size_t i = 0; i < size / 8; i++) wrong += memory[i] != i * 2654435761u + 1;
    SAME(0, wrong);
    return law_verdict();
}
