// Memory with a protection key can't be carried.
// obstacle: protection-key
#include "law.h"

int main(void)
{
    law_begin();
    int key = pkey_alloc(0, 0);
    if (key < 0) law_skip("memory protection keys");
    char *memory = MUST(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    memory[0] = 1;
    MUST(pkey_mprotect(memory, 4096, PROT_READ | PROT_WRITE, key));
    MUST(pkey_set(key, PKEY_DISABLE_WRITE));
    law_move();
    SAME(PKEY_DISABLE_WRITE, pkey_get(key));
    HOLDS(atoi(law_smaps(memory, "ProtectionKey:") + 14) == key);
    SAME(1, memory[0]);
    MUST(pkey_set(key, 0));
    memory[0] = 2;
    SAME(0, pkey_free(key));
    return law_verdict();
}
