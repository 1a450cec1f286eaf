// poll, select, epoll_wait and a futex with a time limit wait their time and say that it ran out: no EINTR.
// law: once blocked
#include "law.h"
#include <linux/futex.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

static int ends[2], queue;

static void *in_poll(void *unused)
{
    struct pollfd one = { ends[0], POLLIN, 0 };
    int64_t start = law_now(CLOCK_MONOTONIC);
    SAME(0, poll(&one, 1, 5100));
    HOLDS(law_now(CLOCK_MONOTONIC) - start >= 5099000000LL);
    return unused;
}

static void *in_select(void *unused)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    struct timeval limit = { 5, 100000 };
    SAME(0, select(ends[0] + 1, &set, NULL, NULL, &limit));
    SAME(0, limit.tv_sec + limit.tv_usec);
    return unused;
}

static void *in_epoll(void *unused)
{
    struct epoll_event event;
    int64_t start = law_now(CLOCK_MONOTONIC);
    SAME(0, epoll_wait(queue, &event, 1, 5100));
    HOLDS(law_now(CLOCK_MONOTONIC) - start >= 5099000000LL);
    return unused;
}

static void *in_futex(void *unused)
{
    static int word = 3;
    struct timespec limit = { 5, 100000000 };
    HOLDS(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 3, &limit, NULL, 0) == -1 && errno == ETIMEDOUT);
    return unused;
}

int main(void)
{
    law_begin();
    MUST(pipe(ends));
    queue = MUST(epoll_create1(0));
    struct epoll_event event = { .events = EPOLLIN };
    MUST(epoll_ctl(queue, EPOLL_CTL_ADD, ends[0], &event));
    void *(*const waits[])(void *) = { in_poll, in_select, in_epoll, in_futex };
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) MUST_BE_0(pthread_create(&threads[i], NULL, waits[i], NULL));
    law_ready();
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    return law_verdict();
}
