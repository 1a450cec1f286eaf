// Each thread keeps its own signal mask, up to the real-time signals.
#include "law.h"

static pthread_barrier_t set, moved;

static void *work(void *argument)
{
    long number = (long)argument;
    sigset_t mine, after;
    sigemptyset(&mine);
    sigaddset(&mine, SIGUSR1);
    sigaddset(&mine, SIGRTMIN + (int)number);
    sigaddset(&mine, SIGRTMAX);
    pthread_sigmask(SIG_SETMASK, &mine, NULL);
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&moved);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number < NSIG; number++) SAME(sigismember(&mine, number), sigismember(&after, number));
    return NULL;
}

int main(void)
{
    law_begin();
    pthread_t threads[4];
    pthread_barrier_init(&set, NULL, 5);
    pthread_barrier_init(&moved, NULL, 5);
    for (long i = 0; i < 4; i++) MUST_BE_0(pthread_create(&threads[i], NULL, work, (void *)i));
    pthread_barrier_wait(&set);
    law_move();
    sigset_t after;
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number < NSIG; number++) SAME(0, sigismember(&after, number));
    pthread_barrier_wait(&moved);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    return law_verdict();
}
