// What madvise told the kernel about memory still stands.
#include "law.h"

int main(void)
{
    law_begin();
    static const struct { int advice; const char *flag; } given[] = {
        { MADV_DONTFORK, "dc" }, { MADV_DONTDUMP, "dd" }, { MADV_WIPEONFORK, "wf" }, { MADV_HUGEPAGE, "hg" },
        { MADV_NOHUGEPAGE, "nh" }, { MADV_MERGEABLE, "mg" }, { MADV_SEQUENTIAL, "sr" }, { MADV_RANDOM, "rr" } };
    enum { count = sizeof given / sizeof *given };
    char *memory[count];
    bool had[count];
    for (int i = 0; i < count; i++) {
        memory[i] = MUST(mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        law_fill(memory[i], 8192, i);
        had[i] = madvise(memory[i], 4 << 20, given[i].advice) == 0 && law_vmflag(memory[i], given[i].flag);
    }
    HOLDS(had[0] && had[1] && had[2]);
    law_move();
    for (int i = 0; i < count; i++) {
        HOLDS(law_filled(memory[i], 8192, i));
        if (had[i] != law_vmflag(memory[i], given[i].flag)) law_say("advice: ", __FILE__, __LINE__, "flag %s was %d", given[i].flag, had[i]);
        SAME(had[i], law_vmflag(memory[i], given[i].flag));
    }
    SAME(0, LAW_CHILD(law_zero(memory[2], 8192) ? 0 : 1));
    return law_verdict();
}
