// Thread-local variables of the main and of other threads keep values and addresses.
#include "law.h"

static __thread long zeroed;
static __thread long given = 12;
static pthread_barrier_t set, moved;
static pthread_key_t key;

static void *work(void *argument)
{
    long number = (long)argument;
    zeroed = number * 3;
    given += number;
    pthread_setspecific(key, (void *)(number + 1000));
    uintptr_t before = (uintptr_t)&zeroed;
    errno = (int)number;
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&moved);
    SAME(number, errno);
    SAME(before, (uintptr_t)&zeroed);
    SAME(number * 3, zeroed);
    SAME(12 + number, given);
    SAME(number + 1000, (long)pthread_getspecific(key));
    return NULL;
}

int main(void)
{
    law_begin();
    enum { count = 6 };
    pthread_t threads[count];
    MUST_BE_0(pthread_key_create(&key, NULL));
    pthread_barrier_init(&set, NULL, count + 1);
    pthread_barrier_init(&moved, NULL, count + 1);
    for (long i = 0; i < count; i++) MUST_BE_0(pthread_create(&threads[i], NULL, work, (void *)(i + 1)));
    zeroed = 99;
    pthread_barrier_wait(&set);
    law_move();
    SAME(99, zeroed);
    pthread_barrier_wait(&moved);
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
    return law_verdict();
}
