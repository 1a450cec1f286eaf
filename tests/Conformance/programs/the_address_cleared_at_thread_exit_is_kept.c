// A thread's clear-tid address is kept: the kernel clears it and wakes the waiter when the thread ends.
#include "law.h"
#include <linux/futex.h>

static int cleared = 1;
static pthread_barrier_t set, moved;

static void *work(void *unused)
{
    (void)unused;
    cleared = gettid();
    syscall(SYS_set_tid_address, &cleared);
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&moved);
    syscall(SYS_exit, 0);
    return NULL;
}

int main(void)
{
    law_begin();
    pthread_barrier_init(&set, NULL, 2);
    pthread_barrier_init(&moved, NULL, 2);
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, work, NULL));
    pthread_barrier_wait(&set);
    int tid = cleared;
    law_move();
    SAME(tid, cleared);
    pthread_barrier_wait(&moved);
    struct timespec limit = { 10, 0 };
    while (*(volatile int *)&cleared == tid)
        if (syscall(SYS_futex, &cleared, FUTEX_WAIT, tid, &limit, NULL, 0) != 0 && errno == ETIMEDOUT) break;
    SAME(0, cleared);
    return law_verdict();
}
