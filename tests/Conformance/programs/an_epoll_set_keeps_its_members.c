// An epoll set keeps its members with their events and data; what is ready is still ready, edges come once.
// law: far
#include "law.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>

int main(void)
{
    law_begin();
    int queue = MUST(epoll_create1(EPOLL_CLOEXEC)), ready = MUST(eventfd(1, 0)), quiet = MUST(eventfd(0, 0)), edge = MUST(eventfd(1, 0));
    int once = MUST(eventfd(1, 0)), ends[2];
    MUST(pipe(ends));
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = 0x1111222233334444 };
    MUST(epoll_ctl(queue, EPOLL_CTL_ADD, ready, &event));
    event = (struct epoll_event){ .events = EPOLLIN | EPOLLPRI, .data.u64 = 2 };
    MUST(epoll_ctl(queue, EPOLL_CTL_ADD, quiet, &event));
    event = (struct epoll_event){ .events = EPOLLOUT, .data.u64 = 3 };
    MUST(epoll_ctl(queue, EPOLL_CTL_ADD, ends[1], &event));
    event = (struct epoll_event){ .events = EPOLLIN | EPOLLONESHOT, .data.u64 = 4 };
    MUST(epoll_ctl(queue, EPOLL_CTL_ADD, once, &event));
    event = (struct epoll_event){ .events = EPOLLIN | EPOLLET, .data.u64 = 5 };
    MUST(epoll_ctl(queue, EPOLL_CTL_ADD, edge, &event));
    struct epoll_event got[8];
    // The one-shot member fires here and is disarmed.
    SAME(4, epoll_wait(queue, got, 8, 0));
    law_move();
    bool saw_ready = false, saw_out = false;
    int count = epoll_wait(queue, got, 8, 0);
    for (int i = 0; i < count; i++) {
        if (got[i].data.u64 == 0x1111222233334444) { saw_ready = true; SAME(EPOLLIN, got[i].events); }
        else if (got[i].data.u64 == 3) { saw_out = true; SAME(EPOLLOUT, got[i].events); }
        // An edge may be told again: a program must bear that (epoll(7)). A one-shot may not.
        else SAME(5, got[i].data.u64);
    }
    HOLDS(saw_ready && saw_out);
    uint64_t one = 1;
    MUST(write(quiet, &one, 8));
    MUST(write(edge, &one, 8));
    SAME(4, epoll_wait(queue, got, 8, 0));
    event = (struct epoll_event){ .events = EPOLLIN | EPOLLONESHOT, .data.u64 = 6 };
    SAME(0, epoll_ctl(queue, EPOLL_CTL_MOD, once, &event));
    event.data.u64 = 0;
    HOLDS(epoll_ctl(queue, EPOLL_CTL_ADD, quiet, &event) == -1 && errno == EEXIST);
    SAME(0, epoll_ctl(queue, EPOLL_CTL_DEL, ready, NULL));
    return law_verdict();
}
