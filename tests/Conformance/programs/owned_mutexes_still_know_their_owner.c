// Recursive and error-checking mutexes held across the move still know their owner.
#include "law.h"

static pthread_mutex_t recursive, checking;

static void *other(void *unused)
{
    (void)unused;
    SAME(EBUSY, pthread_mutex_trylock(&recursive));
    SAME(EPERM, pthread_mutex_unlock(&checking));
    return NULL;
}

int main(void)
{
    law_begin();
    pthread_mutexattr_t kind;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&recursive, &kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&checking, &kind);
    pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&checking);
    law_move();
    SAME(0, pthread_mutex_lock(&recursive));
    SAME(EDEADLK, pthread_mutex_lock(&checking));
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, other, NULL));
    pthread_join(thread, NULL);
    for (int i = 0; i < 3; i++) SAME(0, pthread_mutex_unlock(&recursive));
    SAME(EPERM, pthread_mutex_unlock(&recursive));
    SAME(0, pthread_mutex_unlock(&checking));
    return law_verdict();
}
