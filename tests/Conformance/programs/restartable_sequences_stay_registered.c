// The restartable-sequence area stays registered with the kernel: its cpu number follows the thread.
#include "law.h"
#include <sys/rseq.h>

static pthread_barrier_t set, moved;

static void check(void)
{
    struct rseq *area = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
    cpu_set_t all;
    MUST(sched_getaffinity(0, sizeof all, &all));
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &all)) continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        MUST(sched_setaffinity(0, sizeof one, &one));
        SAME(cpu, *(volatile int *)&area->cpu_id);
        SAME(cpu, sched_getcpu());
    }
    MUST(sched_setaffinity(0, sizeof all, &all));
    // It can't be registered twice: EBUSY for the same area.
    HOLDS(syscall(SYS_rseq, area, 32, 0, 0x53053053) == -1 && errno == EBUSY);
}

static void *work(void *unused)
{
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&moved);
    check();
    return unused;
}

int main(void)
{
    law_begin();
    if (__rseq_size == 0) law_skip("restartable sequences");
    pthread_barrier_init(&set, NULL, 2);
    pthread_barrier_init(&moved, NULL, 2);
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, work, NULL));
    pthread_barrier_wait(&set);
    check();
    law_move();
    check();
    pthread_barrier_wait(&moved);
    pthread_join(thread, NULL);
    return law_verdict();
}
