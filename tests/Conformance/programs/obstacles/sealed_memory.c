// Memory sealed by mseal can't be carried as such.
// obstacle: seal
#include "law.h"

int main(void)
{
    law_begin();
    char *memory = MUST(mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (syscall(462, memory, 8192UL, 0UL) != 0) law_skip("mseal");
    law_move();
    HOLDS(munmap(memory, 8192) == -1 && errno == EPERM);
    return law_verdict();
}
