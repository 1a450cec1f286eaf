// Huge pages of which little is used come back huge, and memory of which little is used comes back small.
#include "law.h"

enum { huge = 2 << 20, count = 8 };

static long kilobytes(void *memory, const char *key)
{
    return atol(law_smaps(memory, key) + strlen(key));
}

int main(void)
{
    law_begin();
    // Apart from each other and from everything else, so that each is a line of its own in smaps.
    char *room = MUST(mmap(NULL, 4 * count * huge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    char *large = (char *)(((uintptr_t)room + huge) / huge * huge), *small = large + 2 * count * huge;
    MUST(mprotect(large, count * huge, PROT_READ | PROT_WRITE));
    MUST(madvise(large, count * huge, MADV_HUGEPAGE));
    MUST(mprotect(small, count * huge, PROT_READ | PROT_WRITE));
    for (int i = 0; i < count; i++) large[i * huge] = i + 1;
    MUST(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
    for (int i = 0; i < count; i++) small[i * huge + 4096 * i] = i + 1;
    MUST(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0));
    if (kilobytes(large, "AnonHugePages:") == 0) law_skip("transparent huge pages");
    long huge_before = kilobytes(large, "AnonHugePages:"), rss_before = kilobytes(large, "Rss:"), small_before = kilobytes(small, "Rss:");
    law_move();
    SAME(huge_before, kilobytes(large, "AnonHugePages:"));
    SAME(rss_before, kilobytes(large, "Rss:"));
    SAME(small_before, kilobytes(small, "Rss:"));
    for (int i = 0; i < count; i++) {
        SAME(i + 1, large[i * huge]);
        SAME(i + 1, small[i * huge + 4096 * i]);
    }
    return law_verdict();
}
