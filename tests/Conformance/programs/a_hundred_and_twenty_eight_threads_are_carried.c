// 128 threads, each asleep on the same condition, all wake up after the move.
#include "law.h"

enum { count = 128 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static int waiting, woken;
static bool open_;

static void *work(void *argument)
{
    pid_t tid = gettid();
    volatile char frame[2000];
    memset((void *)frame, (int)(long)argument, sizeof frame);
    pthread_mutex_lock(&lock);
    waiting++;
    while (!open_) pthread_cond_wait(&wake, &lock);
    woken++;
    pthread_mutex_unlock(&lock);
    SAME(tid, gettid());
    for (size_t i = 0; i < sizeof frame; i++) if (frame[i] != (char)(long)argument) { HOLDS(!"the frame is as it was"); break; }
    return NULL;
}

int main(void)
{
    law_begin();
    pthread_t threads[count];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 << 10);
    for (long i = 0; i < count; i++) MUST_BE_0(pthread_create(&threads[i], &attributes, work, (void *)i));
    for (bool all = false; !all;) {
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
    SAME(count, woken);
    return law_verdict();
}
