// An epoll set that is a member of another wakes it.
#include "law.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

int main(void)
{
    law_begin();
    int outer = MUST(epoll_create1(0)), inner = MUST(epoll_create1(0)), event_fd = MUST(eventfd(0, 0));
    struct epoll_event event = { .events = EPOLLIN, .data.u32 = 1 };
    MUST(epoll_ctl(inner, EPOLL_CTL_ADD, event_fd, &event));
    event.data.u32 = 2;
    MUST(epoll_ctl(outer, EPOLL_CTL_ADD, inner, &event));
    law_move();
    struct epoll_event got = { 0 };
    SAME(0, epoll_wait(outer, &got, 1, 0));
    uint64_t one = 1;
    MUST(write(event_fd, &one, 8));
    SAME(1, epoll_wait(outer, &got, 1, 1000));
    SAME(2, got.data.u32);
    SAME(1, epoll_wait(inner, &got, 1, 0));
    SAME(1, got.data.u32);
    return law_verdict();
}
