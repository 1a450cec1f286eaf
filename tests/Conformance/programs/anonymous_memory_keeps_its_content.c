// Anonymous private memory keeps its address and its content.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    size_t size = 8 << 20;
    char *memory = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    law_fill(memory, size, 42);
    law_move();
    HOLDS(law_filled(memory, size, 42));
    law_fill(memory, size, 43);
    HOLDS(law_filled(memory, size, 43));
    return law_verdict();
}
