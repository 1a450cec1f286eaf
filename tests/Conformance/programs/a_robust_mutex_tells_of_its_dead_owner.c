// A robust mutex that a thread holds across the move is marked when that thread dies.
#include "law.h"

static pthread_mutex_t lock;
static pthread_barrier_t held, moved;

static void *hold(void *unused)
{
    (void)unused;
    SAME(0, pthread_mutex_lock(&lock));
    pthread_barrier_wait(&held);
    pthread_barrier_wait(&moved);
    return NULL;
}

int main(void)
{
    law_begin();
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&lock, &kind);
    pthread_barrier_init(&held, NULL, 2);
    pthread_barrier_init(&moved, NULL, 2);
    pthread_t holder;
    MUST_BE_0(pthread_create(&holder, NULL, hold, NULL));
    pthread_barrier_wait(&held);
    law_move();
    SAME(EBUSY, pthread_mutex_trylock(&lock));
    pthread_barrier_wait(&moved);
    SAME(EOWNERDEAD, pthread_mutex_lock(&lock));
    SAME(0, pthread_mutex_consistent(&lock));
    SAME(0, pthread_mutex_unlock(&lock));
    pthread_join(holder, NULL);
    return law_verdict();
}
