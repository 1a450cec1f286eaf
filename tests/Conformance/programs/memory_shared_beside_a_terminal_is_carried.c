// Relatives that have a terminal of the job keep the memory that they share, and a removed file of their own: made while the terminal is held aside.
// compile: -lutil
#include "law.h"
#include "terminal.h"

#define SIZE (1 << 16)

int main(void)
{
    law_begin();
    char *memory = MUST(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    law_fill(memory, SIZE, 1);
    // One that leads nobody's session is not held aside.
    int master, status, free_master, free_slave;
    MUST(openpty(&free_master, &free_slave, NULL, NULL, NULL));
    pid_t child = MUST(forkpty(&master, NULL, NULL, NULL));
    if (child == 0) {
        char byte, text[8] = "";
        int own = MUST(open(law_path("own"), O_RDWR | O_CREAT | O_EXCL, 0600));
        MUST(unlink(law_path("own")));
        SAME(4, write(own, "kept", 4));
        SAME(1, write(1, "!", 1));
        while (read(0, &byte, 1) == 1 && byte != '\n') { }
        SAME(4, pread(own, text, 4, 0));
        SAME_TEXT("kept", text);
        HOLDS(law_filled(memory, SIZE, 1));
        law_fill(memory, SIZE, 2);
        _exit(law_verdict());
    }
    SAME_TEXT("!", terminal_read(master, 1));
    law_move();
    terminal_write(master, "\n", 1);
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    HOLDS(law_filled(memory, SIZE, 2));
    return law_verdict();
}
