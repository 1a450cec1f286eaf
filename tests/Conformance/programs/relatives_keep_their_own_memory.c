// What a process and its children have written since they were made is each one's own.
// law: far
#include "law.h"

#define SIZE (8 << 20)
#define CHILDREN 3

int main(void)
{
    law_begin();
    char *memory = MUST(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    law_fill(memory, SIZE, 1);
    int go[2];
    MUST(pipe(go));
    pid_t children[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = MUST(fork());
        if (children[i] == 0) {
            char byte;
            close(go[1]);
            law_fill(memory + i * (1 << 20), 1 << 20, 100 + i);
            while (read(go[0], &byte, 1) != 0) { }
            HOLDS(law_filled(memory + i * (1 << 20), 1 << 20, 100 + i));
            law_fill(memory + i * (1 << 20), 1 << 20, 1);
            _exit(law_verdict());
        }
    }
    close(go[0]);
    law_move();
    HOLDS(law_filled(memory, SIZE, 1));
    memset(memory, 0, SIZE);
    close(go[1]);
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        SAME(children[i], waitpid(children[i], &status, 0));
        SAME(0, status);
    }
    return law_verdict();
}
