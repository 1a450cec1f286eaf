// The personality (no address randomisation) is kept.
#include "law.h"
#include <sys/personality.h>

int main(void)
{
    law_begin();
    MUST(personality(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC));
    law_move();
    SAME(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC, personality(0xffffffff));
    char *memory = MUST(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    HOLDS(strstr(law_maps_line(memory), " r-xp ") != NULL);
    return law_verdict();
}
