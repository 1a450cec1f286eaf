// Memory of which pages were protected, and of which relatives have the first part, is one again when they are not protected any more:
// mremap(2) takes it as a whole.
// law: far
#include "law.h"

enum { PAGE = 4096, LENGTH = 64 * PAGE, PART = 24 * PAGE };

static char *memory;
static int go[2];

static bool holds(const char *at, int length, char value)
{
    for (int i = 0; i < length; i += 64) if (at[i] != value) return false;
    return true;
}

static void await(void)
{
    char byte;
    close(go[1]);
    while (read(go[0], &byte, 1) == -1 && errno == EINTR) { }
}

// Has the pieces.
static int take_as_one(int ready)
{
    MUST(mprotect(memory + PART, 2 * PAGE, PROT_READ));
    MUST(madvise(memory + PART + 10 * PAGE, PAGE, MADV_DONTNEED));
    MUST(mprotect(memory + PART + 10 * PAGE, PAGE, PROT_NONE));
    memset(memory + PART + 20 * PAGE, 'b', LENGTH - PART - 20 * PAGE);
    MUST(write(ready, "r", 1));
    await();
    MUST(mprotect(memory, LENGTH, PROT_READ | PROT_WRITE));
    char *moved = mremap(memory, LENGTH, 2 * LENGTH, MREMAP_MAYMOVE);
    HOLDS(moved != MAP_FAILED);
    if (moved != MAP_FAILED) {
        HOLDS(holds(moved, PART + 10 * PAGE, 'a') && holds(moved + PART + 10 * PAGE, PAGE, 0) && holds(moved + PART + 11 * PAGE, 9 * PAGE, 'a'));
        HOLDS(holds(moved + PART + 20 * PAGE, LENGTH - PART - 20 * PAGE, 'b'));
        HOLDS(holds(moved + LENGTH, LENGTH, 0));
        memset(moved, 'c', 2 * LENGTH);
    }
    return law_verdict();
}

int main(void)
{
    law_begin();
    int ready[2];
    char byte;
    MUST(pipe(go));
    MUST(pipe(ready));
    memory = mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(memory, 'a', LENGTH);
    pid_t pieces = MUST(fork());
    if (pieces == 0) _exit(take_as_one(ready[1]));
    MUST(munmap(memory + PART, LENGTH - PART));
    pid_t other = MUST(fork());
    if (other == 0) {
        await();
        _exit(holds(memory, PART, 'a') ? 0 : 1);
    }
    MUST(read(ready[0], &byte, 1));
    close(go[0]);
    law_move();
    close(go[1]);
    HOLDS(holds(memory, PART, 'a'));
    int status;
    SAME(pieces, waitpid(pieces, &status, 0));
    SAME(0, status);
    SAME(other, waitpid(other, &status, 0));
    SAME(0, status);
    return law_verdict();
}
