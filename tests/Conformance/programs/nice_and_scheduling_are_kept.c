// Nice value, batch scheduling and processor affinity are kept, for each thread.
#include "law.h"

static pthread_barrier_t set, moved;
static cpu_set_t first;

static void *work(void *unused)
{
    (void)unused;
    struct sched_param none = { 0 };
    MUST(sched_setscheduler(0, SCHED_IDLE, &none));
    MUST(sched_setaffinity(0, sizeof first, &first));
    MUST(setpriority(PRIO_PROCESS, gettid(), 15));
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&moved);
    cpu_set_t after;
    SAME(SCHED_IDLE, sched_getscheduler(0));
    SAME(15, getpriority(PRIO_PROCESS, gettid()));
    MUST(sched_getaffinity(0, sizeof after, &after));
    HOLDS(CPU_EQUAL(&first, &after));
    return NULL;
}

int main(void)
{
    law_begin();
    cpu_set_t all, after;
    MUST(sched_getaffinity(0, sizeof all, &all));
    CPU_ZERO(&first);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) if (CPU_ISSET(cpu, &all)) { CPU_SET(cpu, &first); break; }
    pthread_barrier_init(&set, NULL, 2);
    pthread_barrier_init(&moved, NULL, 2);
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, work, NULL));
    struct sched_param none = { 0 };
    MUST(sched_setscheduler(0, SCHED_BATCH | SCHED_RESET_ON_FORK, &none));
    MUST(setpriority(PRIO_PROCESS, 0, 7));
    pthread_barrier_wait(&set);
    law_move();
    SAME(SCHED_BATCH | SCHED_RESET_ON_FORK, sched_getscheduler(0));
    SAME(7, getpriority(PRIO_PROCESS, 0));
    MUST(sched_getaffinity(0, sizeof after, &after));
    HOLDS(CPU_EQUAL(&all, &after));
    pthread_barrier_wait(&moved);
    pthread_join(thread, NULL);
    return law_verdict();
}
