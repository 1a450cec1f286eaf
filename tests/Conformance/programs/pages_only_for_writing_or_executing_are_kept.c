// Pages that can only be written, or only executed, keep content and protection.
#include "law.h"

typedef int function(void);

int main(void)
{
    law_begin();
    char *writable = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    char *guard = MUST(mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    unsigned char *executable = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    (void)guard;
    law_fill(writable, 4096, 71);
    memcpy(executable, (unsigned char[]){ 0xb8, 9, 0, 0, 0, 0xc3 }, 6);
    MUST(mprotect(writable, 4096, PROT_WRITE));
    MUST(mprotect(executable, 4096, PROT_EXEC));
    law_move();
    HOLDS(strstr(law_maps_line(writable), " -w-p ") != NULL);
    HOLDS(strstr(law_maps_line(executable), " --xp ") != NULL);
    SAME(9, ((function *)executable)());
    MUST(mprotect(writable, 4096, PROT_READ));
    HOLDS(law_filled(writable, 4096, 71));
    return law_verdict();
}
