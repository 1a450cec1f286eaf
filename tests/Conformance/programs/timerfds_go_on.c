// Timer descriptors go on: periodic, one-shot far ahead, with unread ticks, disarmed, on an absolute date.
#include "law.h"
#include <sys/timerfd.h>

int main(void)
{
    law_begin();
    int periodic = MUST(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
    int oneshot = MUST(timerfd_create(CLOCK_BOOTTIME, 0));
    int unread = MUST(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
    int idle = MUST(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK));
    int dated = MUST(timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK));
    struct itimerspec fast = { { 0, 5000000 }, { 0, 5000000 } }, far = { { 0, 0 }, { 3600, 0 } }, soon = { { 0, 0 }, { 0, 1 } };
    struct itimerspec date = { { 0, 0 }, { time(NULL) + 5000, 0 } };
    MUST(timerfd_settime(periodic, 0, &fast, NULL));
    MUST(timerfd_settime(oneshot, 0, &far, NULL));
    MUST(timerfd_settime(unread, 0, &soon, NULL));
    MUST(timerfd_settime(dated, TFD_TIMER_ABSTIME, &date, NULL));
    law_sleep_ms(2);
    law_move();
    uint64_t ticks = 0;
    SAME(8, read(periodic, &ticks, 8));
    HOLDS(ticks >= 1 && ticks < 24000);
    SAME(8, read(periodic, &ticks, 8));
    struct itimerspec now;
    MUST(timerfd_gettime(periodic, &now));
    HOLDS(now.it_interval.tv_sec == 0 && now.it_interval.tv_nsec == 5000000);
    MUST(timerfd_gettime(oneshot, &now));
    HOLDS(now.it_value.tv_sec <= 3600 && now.it_value.tv_sec >= 3480);
    ticks = 0;
    SAME(8, read(unread, &ticks, 8));
    SAME(1, ticks);
    HOLDS(read(unread, &ticks, 8) == -1 && errno == EAGAIN);
    MUST(timerfd_gettime(idle, &now));
    HOLDS(now.it_value.tv_sec == 0 && now.it_value.tv_nsec == 0);
    HOLDS(read(idle, &ticks, 8) == -1 && errno == EAGAIN);
    MUST(timerfd_gettime(dated, &now));
    HOLDS(now.it_value.tv_sec <= 5000 && now.it_value.tv_sec >= 4880);
    return law_verdict();
}
