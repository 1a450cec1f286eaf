// A timer whose signals went to a thread that has ended can still be asked and set.
#include "law.h"

static atomic_int tid, over;

static void *work(void *unused)
{
    tid = (int)syscall(SYS_gettid);
    while (!over)
    {
        law_sleep_ms(1);
    }

    return unused;
}

int main(void)
{
    law_begin();
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, work, NULL));
    while (tid == 0)
    {
        law_sleep_ms(1);
    }

    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
    event._sigev_un._tid = tid;
    timer_t timer;
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
    struct itimerspec setting = { .it_interval.tv_sec = 5, .it_value.tv_sec = 1000 };
    MUST(timer_settime(timer, 0, &setting, NULL));
    over = 1;
    MUST_BE_0(pthread_join(thread, NULL));
    law_move();
    struct itimerspec left = { 0 };
    SAME(0, timer_gettime(timer, &left));
    SAME(5, left.it_interval.tv_sec);
    HOLDS(left.it_value.tv_sec > 500 && left.it_value.tv_sec <= 1000);
    setting.it_value.tv_sec = 2000;
    SAME(0, timer_settime(timer, 0, &setting, &left));
    SAME(0, timer_delete(timer));
    return law_verdict();
}
