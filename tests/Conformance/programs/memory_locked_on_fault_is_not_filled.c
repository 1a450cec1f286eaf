// Memory that is locked as it is touched (MLOCK_ONFAULT, MCL_ONFAULT) stays so, and is not filled.
#include "law.h"

static long resident(void *memory)
{
    return atol(law_smaps(memory, "Rss:") + 4);
}

int main(void)
{
    law_begin();
    size_t size = 64 * 4096;
    struct rlimit limit;
    MUST(getrlimit(RLIMIT_MEMLOCK, &limit));
    if (limit.rlim_cur < (64 << 20)) size = 4 * 4096;
    char *memory = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    MUST(mprotect(memory, 4096, PROT_READ)); // a mapping of its own, whatever lies beside it
    MUST(mprotect(memory, 4096, PROT_READ | PROT_WRITE));
    MUST(mlock2(memory, size, MLOCK_ONFAULT));
    law_fill(memory, 2 * 4096, 5);
    bool future = limit.rlim_cur >= (64 << 20) && mlockall(MCL_FUTURE | MCL_ONFAULT) == 0;
    long before = resident(memory);
    HOLDS(law_vmflag(memory, "lf"));
    law_move();
    HOLDS(law_filled(memory, 2 * 4096, 5));
    HOLDS(law_vmflag(memory, "lo"));
    HOLDS(law_vmflag(memory, "lf"));
    SAME(before, resident(memory));
    char *later = MUST(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    SAME(future, law_vmflag(later, "lf"));
    if (future) SAME(0, resident(later));
    return law_verdict();
}
