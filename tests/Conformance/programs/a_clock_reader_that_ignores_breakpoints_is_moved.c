// Threads that read the clock all the time, in a process that ignores SIGTRAP: they can't be stepped out of the vdso.
#include "law.h"

static atomic_bool stop;
static atomic_long turns[2];

static void *spin(void *argument)
{
    long which = (long)argument;
    struct timespec last = { 0 }, now;
    while (!stop) {
        HOLDS(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
        HOLDS(now.tv_sec > last.tv_sec || (now.tv_sec == last.tv_sec && now.tv_nsec >= last.tv_nsec));
        last = now;
        turns[which]++;
    }
    return NULL;
}

int main(void)
{
    law_begin();
    signal(SIGTRAP, SIG_IGN);
    pthread_t threads[2];
    for (long i = 0; i < 2; i++) MUST_BE_0(pthread_create(&threads[i], NULL, spin, (void *)i));
    law_move();
    raise(SIGTRAP);
    for (int i = 0; i < 2; i++) {
        long before = turns[i];
        HOLDS(LAW_UNTIL(turns[i] > before + 10));
    }
    stop = true;
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    return law_verdict();
}
