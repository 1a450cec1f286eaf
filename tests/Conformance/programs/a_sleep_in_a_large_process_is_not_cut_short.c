// A sleep goes on for as long as it was to, also in a process that is stopped twice: to watch its memory, and to be saved. (On a busy machine it may be over before.)
// law: nocompare
#include "law.h"

#define LARGE (24 << 20)

static void *sleep_on(void *result)
{
    struct timespec time = { 3, 0 };
    struct timespec begun, now;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    *(int *)result = nanosleep(&time, &time) == 0 ? 0 : errno;
    clock_gettime(CLOCK_MONOTONIC, &now);
    HOLDS((now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000 >= 2999);
    return NULL;
}

int main(void)
{
    law_begin();
    law_compares = false;
    char *memory = MUST(malloc(LARGE));
    memset(memory, 7, LARGE);
    int result = -1;
    pthread_t sleeper;
    MUST_BE_0(pthread_create(&sleeper, NULL, sleep_on, &result));
    law_move();
    MUST_BE_0(pthread_join(sleeper, NULL));
    SAME(0, result);
    for (int at = 0; at < LARGE; at += 4096) if (memory[at] != 7) { HOLDS(memory[at] == 7); break; }
    return law_verdict();
}
