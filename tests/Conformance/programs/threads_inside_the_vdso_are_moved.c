// Threads that call into the vdso all the time, from several functions, are moved in the middle of it.
#include "law.h"

static atomic_bool stop;
static atomic_long turns[3];

static void *spin(void *argument)
{
    long which = (long)argument;
    while (!stop) {
        struct timespec time;
        struct timeval day;
        unsigned cpu = 12345, node = 12345;
        if (which == 0) { HOLDS(clock_gettime(CLOCK_MONOTONIC, &time) == 0 && time.tv_nsec < 1000000000); }
        if (which == 1) { HOLDS(gettimeofday(&day, NULL) == 0 && day.tv_sec > 1000000000); }
        if (which == 2) { HOLDS(getcpu(&cpu, &node) == 0 && cpu < 4096 && node < 64); }
        turns[which]++;
    }
    return NULL;
}

static void on_trap(int signal) { (void)signal; }

int main(void)
{
    law_begin();
    // Whoever steps a thread must not take this away.
    struct sigaction trap = { .sa_handler = on_trap, .sa_flags = SA_RESTART }, now;
    MUST(sigaction(SIGTRAP, &trap, NULL));
    pthread_t threads[3];
    for (long i = 0; i < 3; i++) MUST_BE_0(pthread_create(&threads[i], NULL, spin, (void *)i));
    law_move();
    HOLDS(sigaction(SIGTRAP, NULL, &now) == 0 && now.sa_handler == on_trap);
    for (int i = 0; i < 3; i++) {
        long before = turns[i];
        HOLDS(LAW_UNTIL(turns[i] > before + 10));
    }
    stop = true;
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    return law_verdict();
}
