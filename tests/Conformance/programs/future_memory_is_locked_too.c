// After mlockall(MCL_FUTURE) new memory is locked after the move as well.
// law: root
#include "law.h"

int main(void)
{
    law_begin();
    char *old = MUST(mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) law_skip("mlockall");
    law_move();
    HOLDS(law_vmflag(old, "lo"));
    char *memory = MUST(mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    HOLDS(law_vmflag(memory, "lo"));
    return law_verdict();
}
