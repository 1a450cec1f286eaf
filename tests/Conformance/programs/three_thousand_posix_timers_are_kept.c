// 3000 POSIX timers, more than fit one page of questions, keep ids, intervals and the time that is left.
// law: nocompare
#include "law.h"

enum { count = 3000 };
static timer_t timers[count];

int main(void)
{
    law_begin();
    law_compares = false; // more than its buffer holds
    struct sigevent event = { .sigev_notify = SIGEV_NONE };
    for (int i = 0; i < count; i++) {
        if (timer_create(CLOCK_MONOTONIC, &event, &timers[i]) != 0) law_skip("3000 timers");
        struct itimerspec setting = { .it_value = { 100000 + i, 0 }, .it_interval = { i + 1, 0 } };
        MUST(timer_settime(timers[i], 0, &setting, NULL));
    }
    law_move();
    for (int i = 0; i < count; i++) {
        struct itimerspec setting = { 0 };
        if (timer_gettime(timers[i], &setting) != 0 || setting.it_interval.tv_sec != i + 1
            || setting.it_value.tv_sec > 100000 + i || setting.it_value.tv_sec < 90000 + i) {
            SAME(i + 1, setting.it_interval.tv_sec);
            SAME(100000 + i, setting.it_value.tv_sec);
            break;
        }
    }
    return law_verdict();
}
