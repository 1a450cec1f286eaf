// Shared memory that each relative sees another part of, under its own protection and at its own address, is one, also where nobody sees all.
// law: far
#include "law.h"

#define PAGE 4096UL
#define PAGES 64

int main(void)
{
    law_begin();
    char *memory = MUST(mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    for (int i = 0; i < PAGES; i += 2) law_fill(memory + i * PAGE, PAGE, i + 1);
    int go[2], back[2], step[2];
    MUST(pipe(go));
    MUST(pipe(back));
    MUST(pipe(step));
    char byte;
    pid_t first = MUST(fork());
    if (first == 0) {
        // The first half, elsewhere.
        close(go[1]);
        close(back[0]);
        MUST(munmap(memory + PAGES / 2 * PAGE, PAGES / 2 * PAGE));
        char *place = MUST(mmap(NULL, PAGES / 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        memory = MUST(mremap(memory, PAGES / 2 * PAGE, PAGES / 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place));
        MUST(mprotect(memory, 2 * PAGE, PROT_READ));
        MUST(write(step[1], "!", 1));
        while (read(go[0], &byte, 1) != 0) { }
        for (int i = 0; i < PAGES / 2; i++) HOLDS(i % 2 ? law_zero(memory + i * PAGE, PAGE) : law_filled(memory + i * PAGE, PAGE, i + 1));
        HOLDS(strstr(law_maps_line(memory), " r--s ") != NULL);
        memory[20 * PAGE] = 55;
        _exit(law_verdict());
    }
    pid_t second = MUST(fork());
    if (second == 0) {
        // The second half, and a page of the first.
        close(go[1]);
        close(back[0]);
        MUST(munmap(memory, 20 * PAGE));
        MUST(munmap(memory + 21 * PAGE, (PAGES / 2 - 21) * PAGE));
        MUST(mprotect(memory + 40 * PAGE, 2 * PAGE, PROT_NONE));
        MUST(write(step[1], "!", 1));
        while (read(go[0], &byte, 1) != 0) { }
        HOLDS(LAW_UNTIL(memory[20 * PAGE] == 55));
        MUST(mprotect(memory + 40 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE));
        for (int i = PAGES / 2; i < PAGES; i++) HOLDS(i % 2 ? law_zero(memory + i * PAGE, PAGE) : law_filled(memory + i * PAGE, PAGE, i + 1));
        _exit(law_verdict());
    }
    close(go[0]);
    close(back[1]);
    for (int i = 0; i < 2; i++) MUST(read(step[0], &byte, 1));
    MUST(munmap(memory, PAGES * PAGE));
    law_move();
    close(go[1]);
    SAME(0, read(back[0], &byte, 1));
    int status;
    SAME(first, waitpid(first, &status, 0));
    SAME(0, status);
    SAME(second, waitpid(second, &status, 0));
    SAME(0, status);
    return law_verdict();
}
