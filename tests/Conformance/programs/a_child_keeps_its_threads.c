// A child with threads keeps them, with their ids and what they lock.
// law: far
#include "law.h"

#define THREADS 5

static pthread_mutex_t locks[THREADS];
static pid_t tids[THREADS];
static _Atomic int started, ending, wrong;

static void *run(void *argument)
{
    long i = (long)argument;
    tids[i] = gettid();
    pthread_mutex_lock(&locks[i]);
    started++;
    while (!ending) law_sleep_ms(1);
    if (tids[i] != syscall(SYS_gettid)) wrong++;
    if (pthread_mutex_unlock(&locks[i]) != 0) wrong++;
    return NULL;
}

int main(void)
{
    law_begin();
    int go[2], ready[2];
    MUST(pipe(go));
    MUST(pipe(ready));
    pid_t child = MUST(fork());
    char byte;
    if (child == 0) {
        close(go[1]);
        pthread_t threads[THREADS];
        pthread_mutexattr_t checked;
        pthread_mutexattr_init(&checked);
        pthread_mutexattr_settype(&checked, PTHREAD_MUTEX_ERRORCHECK);
        for (long i = 0; i < THREADS; i++) {
            pthread_mutex_init(&locks[i], &checked);
            MUST_BE_0(pthread_create(&threads[i], NULL, run, (void *)i));
        }
        while (started < THREADS) law_sleep_ms(1);
        MUST(write(ready[1], "!", 1));
        while (read(go[0], &byte, 1) != 0) { }
        ending = 1;
        for (int i = 0; i < THREADS; i++) MUST_BE_0(pthread_join(threads[i], NULL));
        SAME(0, wrong);
        _exit(law_verdict());
    }
    close(go[0]);
    MUST(read(ready[0], &byte, 1));
    law_move();
    close(go[1]);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
