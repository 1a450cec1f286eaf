// 3000 threads, each with an id, a name, a stack and thread-local memory of its own, go on after the move.
// law: nocompare
#include "law.h"

enum { count = 3000 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static int waiting;
static bool open_;
static long sum;
static _Thread_local long own;

static void *work(void *argument)
{
    long number = (long)argument;
    pid_t tid = gettid();
    char name[16], now[16];
    own = number;
    snprintf(name, sizeof name, "worker-%ld", number);
    MUST(prctl(PR_SET_NAME, name));
    pthread_mutex_lock(&lock);
    waiting++;
    while (!open_) pthread_cond_wait(&wake, &lock);
    sum += own;
    pthread_mutex_unlock(&lock);
    SAME(tid, gettid());
    MUST(prctl(PR_GET_NAME, now));
    SAME_TEXT(name, now);
    return NULL;
}

int main(void)
{
    law_begin();
    law_compares = false; // more than its buffer holds
    static pthread_t threads[count];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 32 << 10);
    for (long i = 0; i < count; i++) {
        int failure = pthread_create(&threads[i], &attributes, work, (void *)i);
        if (failure == EAGAIN) law_skip("3000 threads");
        MUST_BE_0(failure);
    }
    for (bool all = false; !all; law_sleep_ms(1)) {
        pthread_mutex_lock(&lock);
        all = waiting == count;
        pthread_mutex_unlock(&lock);
    }
    law_move();
    pthread_mutex_lock(&lock);
    open_ = true;
    pthread_cond_broadcast(&wake);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
    SAME((long)count * (count - 1) / 2, sum);
    return law_verdict();
}
