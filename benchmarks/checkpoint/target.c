/* The measured program: fills memory with data that can't be compressed, starts threads that wait, then reads the clock in
 * a tight loop and writes every gap between two readings to the board. It may have children that share its memory, and shells in a row, through which numbers go round.
 * target BOARD MIB THREADS SHELLS CHILDREN */
#define _GNU_SOURCE
#include "board.h"
#include "relatives.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t *memory;
static size_t words;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t over = PTHREAD_COND_INITIALIZER;
static int ending;
static atomic_int waiting, moved;

static uint64_t next(uint64_t *s) /* xorshift64* */
{
    uint64_t x = *s;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *s = x;
    return x * 0x2545F4914F6CDD1DULL;
}

static void *wait_for_end(void *unused)
{
    long tid = syscall(SYS_gettid);
    pthread_mutex_lock(&lock);
    atomic_fetch_add(&waiting, 1);
    while (!ending) pthread_cond_wait(&over, &lock);
    pthread_mutex_unlock(&lock);
    if (syscall(SYS_gettid) != tid) atomic_store(&moved, 1);
    return unused;
}

int main(int argc, char **argv)
{
    if (argc != 6) return 2;
    int fd = open(argv[1], O_RDWR | O_CLOEXEC);
    if (fd < 0) return perror(argv[1]), 1;
    struct board *board = mmap(0, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    words = strtoul(argv[2], 0, 10) << 17;
    memory = mmap(0, words * 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED || memory == MAP_FAILED) return perror("mmap"), 1;
    uint64_t seed = 88172645463325252ULL ^ (uint64_t)words, s = seed;
    for (size_t i = 0; i < words; i++) memory[i] = next(&s);

    int threads = atoi(argv[3]) - 1;
    pthread_t ids[threads + 1];
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    for (int i = 0; i < threads; i++)
        if (pthread_create(&ids[i], &small, wait_for_end, 0)) return perror("pthread_create"), 1;
    while (atomic_load(&waiting) < threads) sched_yield();
    long tid = syscall(SYS_gettid), pid = getpid();

    if (!start_children(atoi(argv[5]), memory, words) || !start_shells(atoi(argv[4]))) return perror("a child"), 1;

    board->ready = 1;
    int64_t last = now_ns(), due = 0;
    while (!board->stop) {
        int64_t now = now_ns();
        if (now >= due) {
            if (!pass_number()) board->stop = 1;
            due = now + 20000000;
        }
        if (now - last >= GAP_NS) {
            struct gap *gap = &board->gaps[board->count % GAPS];
            gap->begin = last;
            gap->end = now;
            board->count++;
        }
        last = now;
    }

    pthread_mutex_lock(&lock);
    ending = 1;
    pthread_cond_broadcast(&over);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < threads; i++) pthread_join(ids[i], 0);
    int well = end_shells() & end_children();
    int same = well && !atomic_load(&moved) && syscall(SYS_gettid) == tid && getpid() == pid;
    s = seed;
    for (size_t i = 0; i < words; i++) same &= memory[i] == next(&s);
    board->intact = same ? 1 : -1;
    return same ? 0 : 1;
}
