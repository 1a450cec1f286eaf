// writer MIB PERCENT FILE: fills memory with data that can't be compressed, rewrites PERCENT of its pages a second at random, and
// reads the wall clock all the time: each gap of more than half a millisecond between two readings is a line in FILE,
// "SECONDS MILLISECONDS". Every second it looks whether each page has what it must have; "wrong N" is a line, too.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, WORDS = PAGE / 8 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static uint64_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 20;
}

int main(int count, char **arguments)
{
    if (count != 4) return 2;
    size_t bytes = strtoull(arguments[1], NULL, 10) << 20, pages = bytes / PAGE;
    double rate = pages * atof(arguments[2]) / 100;
    int file = open(arguments[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    uint64_t *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t *written = calloc(pages, sizeof *written), state = 1991, filled = 4711;
    if (file < 0 || memory == MAP_FAILED || !written) return 1;
    for (size_t i = 0; i < pages * WORDS; i++) memory[i] = next(&filled) << 20 ^ filled;
    for (size_t i = 0; i < pages; i++) written[i] = memory[i * WORDS + 9];
    dprintf(file, "ready\n");
    double last = now(), since = last, check = last;
    uint64_t done = 0;
    for (;;) {
        double t = now();
        if (t - last > 0.0005) dprintf(file, "%.6f %.3f\n", t, (t - last) * 1000);
        last = t;
        // What it could not do while it stood still it does not catch up with.
        if (t - since > 0.02) { since = t; done = 0; }
        if (done < (t - since) * rate) {
            size_t page = next(&state) % pages;
            memory[page * WORDS + 9] = written[page] = next(&state);
            done++;
        }
        if (t - check > 5) {
            size_t wrong = 0;
            for (size_t i = 0; i < pages; i++) wrong += memory[i * WORDS + 9] != written[i];
            if (wrong) dprintf(file, "wrong %zu\n", wrong);
            check = last = now();
        }
    }
}
