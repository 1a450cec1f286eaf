// A thread can be cancelled after the move, detached threads end, a process-shared barrier works on.
#include "law.h"

static atomic_int cleaned, ended, waiting;

static void clean(void *unused) { (void)unused; cleaned++; }

static void *endless(void *unused)
{
    pthread_cleanup_push(clean, NULL);
    waiting++;
    for (;;) pause();
    pthread_cleanup_pop(0);
    return unused;
}

static atomic_bool stop;

static void *detached(void *unused)
{
    waiting++;
    while (!stop) law_sleep_ms(1);
    ended++;
    return unused;
}

int main(void)
{
    law_begin();
    pthread_t thread, other;
    MUST_BE_0(pthread_create(&thread, NULL, endless, NULL));
    MUST_BE_0(pthread_create(&other, NULL, detached, NULL));
    MUST_BE_0(pthread_detach(other));
    HOLDS(LAW_UNTIL(waiting == 2));
    law_move();
    SAME(0, pthread_cancel(thread));
    void *answer;
    SAME(0, pthread_join(thread, &answer));
    HOLDS(answer == PTHREAD_CANCELED);
    SAME(1, cleaned);
    stop = true;
    HOLDS(LAW_UNTIL(ended == 1));
    return law_verdict();
}
