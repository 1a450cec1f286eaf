// Relatives that have a terminal of the job keep the memory that they share, which is made while the terminal is held aside.
// compile: -lutil
#include "law.h"
#include "terminal.h"

#define SIZE (1 << 16)

int main(void)
{
    law_begin();
    char *memory = MUST(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    law_fill(memory, SIZE, 1);
    int master, status;
    pid_t child = MUST(forkpty(&master, NULL, NULL, NULL));
    if (child == 0) {
        char byte;
        while (read(0, &byte, 1) == 1 && byte != '\n') { }
        HOLDS(law_filled(memory, SIZE, 1));
        law_fill(memory, SIZE, 2);
        _exit(law_verdict());
    }
    law_move();
    terminal_write(master, "\n", 1);
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    HOLDS(law_filled(memory, SIZE, 2));
    return law_verdict();
}
