/* The program of ./bench checkpoint's case incremental: memory of which a tenth is rewritten when it is told to.
 * rewriter MIB FILE: SIGUSR1: the same tenth every time; SIGUSR2: another one; each time FILE gets how often it was.
 * SIGTERM: FILE gets whether all of its memory is what it must be, and it ends. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define WORDS 512 /* of a page */
#define TENTHS 10

static uint64_t *memory;
static uint32_t *times;
static size_t pages;

/* Pages of a tenth lie all over the memory: those whose scrambled number ends with it. */
static unsigned tenth_of(uint64_t page)
{
    page = (page ^ page >> 16) * 0x9E3779B97F4A7C15ULL;
    return (page >> 40) % TENTHS;
}

static uint64_t word(size_t page, size_t at)
{
    uint64_t x = (page + 1) * 0x9E3779B97F4A7C15ULL ^ (at + 1) * 0xC2B2AE3D27D4EB4FULL ^ times[page] * 0x165667B19E3779F9ULL;
    x ^= x >> 29;
    x *= 0xBF58476D1CE4E5B9ULL;
    return x ^ x >> 32;
}

static void write_page(size_t page)
{
    for (size_t at = 0; at < WORDS; at++) memory[page * WORDS + at] = word(page, at);
}

static int is_well(void)
{
    for (size_t page = 0; page < pages; page++)
        for (size_t at = 0; at < WORDS; at++)
            if (memory[page * WORDS + at] != word(page, at)) return 0;
    return 1;
}

static int counter;

static void say(const char *text)
{
    if (pwrite(counter, text, 10, 0) != 10) {
        perror("rewriter");
        exit(1);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    pages = strtoul(argv[1], 0, 10) << 8;
    counter = open(argv[2], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    memory = mmap(0, pages * WORDS * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    times = calloc(pages, sizeof *times);
    if (counter < 0 || memory == MAP_FAILED || !times) return perror("rewriter"), 1;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, 0);
    for (size_t page = 0; page < pages; page++) write_page(page);
    for (unsigned count = 0, other = 0;; count++) {
        char text[16];
        snprintf(text, sizeof text, "%-10u", count);
        say(text);
        int number;
        sigwait(&set, &number);
        if (number == SIGTERM) return say(is_well() ? "well      " : "not well  "), 0;
        unsigned tenth = number == SIGUSR1 ? 0 : 1 + other++ % (TENTHS - 1);
        for (size_t page = 0; page < pages; page++)
            if (tenth_of(page) == tenth) times[page]++, write_page(page);
    }
}
