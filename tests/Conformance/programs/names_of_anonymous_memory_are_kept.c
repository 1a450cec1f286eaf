// Names that prctl gave to anonymous memory are still in /proc/self/maps.
#include "law.h"

int main(void)
{
    law_begin();
    char *memory = MUST(mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    memory[0] = 1;
    if (prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, memory + 4096, 4096, "yadokari heap") != 0) law_skip("PR_SET_VMA_ANON_NAME");
    law_move();
    HOLDS(strstr(law_maps_line(memory + 4096), "[anon:yadokari heap]") != NULL);
    HOLDS(strstr(law_maps_line(memory), "[anon:") == NULL);
    return law_verdict();
}
