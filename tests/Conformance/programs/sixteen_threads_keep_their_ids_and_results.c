// Sixteen threads keep their tids and pthread handles, go on counting, and can be joined for their results.
// law: far
#include "law.h"

enum { count = 16 };
static pid_t tids[count];
static atomic_long counts[count];
static atomic_int started;
static atomic_bool stop;

static void *work(void *argument)
{
    long number = (long)argument;
    pthread_t self = pthread_self();
    tids[number] = gettid();
    started++;
    while (!stop) {
        counts[number]++;
        if (number % 4) sched_yield(); else law_sleep_ms(1);
    }
    SAME(tids[number], gettid());
    HOLDS(pthread_equal(self, pthread_self()));
    return (void *)(number * number);
}

int main(void)
{
    law_begin();
    pthread_t threads[count];
    for (long i = 0; i < count; i++) MUST_BE_0(pthread_create(&threads[i], NULL, work, (void *)i));
    HOLDS(LAW_UNTIL(started == count));
    law_move();
    for (int i = 0; i < count; i++) {
        long now = counts[i];
        HOLDS(LAW_UNTIL(counts[i] > now));
    }
    stop = true;
    for (long i = 0; i < count; i++) {
        void *answer;
        SAME(0, pthread_join(threads[i], &answer));
        SAME(i * i, (long)answer);
    }
    return law_verdict();
}
