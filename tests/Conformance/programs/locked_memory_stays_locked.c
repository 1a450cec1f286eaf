// Memory that was locked stays locked, the rest stays unlocked.
#include "law.h"

int main(void)
{
    law_begin();
    char *memory = MUST(mmap(NULL, 32 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    law_fill(memory, 32 * 4096, 61);
    MUST(mlock(memory + 8 * 4096, 8 * 4096));
    law_move();
    HOLDS(law_filled(memory, 32 * 4096, 61));
    HOLDS(law_vmflag(memory + 8 * 4096, "lo"));
    HOLDS(!law_vmflag(memory, "lo"));
    char status[8192], *locked;
    law_read("/proc/self/status", status, sizeof status);
    HOLDS((locked = strstr(status, "VmLck:")) != NULL && atol(locked + 6) == 32);
    return law_verdict();
}
