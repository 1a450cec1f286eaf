// Two busy threads count on, each by itself and together under a lock.
#include "law.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long together, apart[2];
static atomic_bool stop;

static void *count(void *own)
{
    while (!stop) {
        pthread_mutex_lock(&lock);
        together++;
        pthread_mutex_unlock(&lock);
        ++*(long *)own;
    }
    return NULL;
}

int main(void)
{
    law_begin();
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) MUST_BE_0(pthread_create(&threads[i], NULL, count, &apart[i]));
    law_move();
    for (int i = 0; i < 2; i++) {
        long now = *(volatile long *)&apart[i];
        HOLDS(LAW_UNTIL(*(volatile long *)&apart[i] > now));
    }
    stop = true;
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    SAME(apart[0] + apart[1], together);
    return law_verdict();
}
