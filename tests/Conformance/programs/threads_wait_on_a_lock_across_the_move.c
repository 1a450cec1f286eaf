// Threads that wait for a mutex, a read-write lock and a semaphore get them after the move.
#include "law.h"
#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t gate = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static atomic_int started, through;

static void *wait_mutex(void *unused) { started++; pthread_mutex_lock(&mutex); through++; pthread_mutex_unlock(&mutex); return unused; }
static void *wait_gate(void *unused) { started++; pthread_rwlock_rdlock(&gate); through++; pthread_rwlock_unlock(&gate); return unused; }
static void *wait_semaphore(void *unused) { started++; SAME(0, sem_wait(&semaphore)); through++; return unused; }

int main(void)
{
    law_begin();
    pthread_t threads[6];
    void *(*const waits[])(void *) = { wait_mutex, wait_gate, wait_semaphore };
    sem_init(&semaphore, 0, 0);
    pthread_mutex_lock(&mutex);
    pthread_rwlock_wrlock(&gate);
    for (int i = 0; i < 6; i++) MUST_BE_0(pthread_create(&threads[i], NULL, waits[i % 3], NULL));
    HOLDS(LAW_UNTIL(started == 6));
    law_move();
    SAME(0, through);
    pthread_mutex_unlock(&mutex);
    pthread_rwlock_unlock(&gate);
    sem_post(&semaphore);
    sem_post(&semaphore);
    for (int i = 0; i < 6; i++) pthread_join(threads[i], NULL);
    SAME(6, through);
    return law_verdict();
}
