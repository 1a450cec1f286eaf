// read, poll, epoll_wait, futex, accept, sem_wait and wait calls without a time limit wait on: no EINTR.
#include "law.h"
#include <linux/futex.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

static int for_read[2], for_poll[2], queue, event_fd, pair[2], word;
static atomic_int started;

static void *in_read(void *unused)
{
    char byte = 0;
    started++;
    SAME(1, read(for_read[0], &byte, 1));
    SAME('r', byte);
    return unused;
}

static void *in_poll(void *unused)
{
    struct pollfd one = { for_poll[0], POLLIN, 0 };
    started++;
    SAME(1, poll(&one, 1, -1));
    SAME(POLLIN, one.revents);
    return unused;
}

static void *in_epoll(void *unused)
{
    struct epoll_event event;
    started++;
    SAME(1, epoll_wait(queue, &event, 1, -1));
    SAME(77, event.data.u64);
    return unused;
}

static void *in_event(void *unused)
{
    uint64_t value;
    started++;
    SAME(8, read(event_fd, &value, 8));
    SAME(5, value);
    return unused;
}

static void *in_receive(void *unused)
{
    char text[8] = "";
    started++;
    SAME(5, recv(pair[0], text, sizeof text, 0));
    SAME_TEXT("hello", text);
    return unused;
}

static void *in_futex(void *unused)
{
    started++;
    SAME(0, syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0));
    return unused;
}

int main(void)
{
    law_begin();
    MUST(pipe(for_read));
    MUST(pipe(for_poll));
    event_fd = MUST(eventfd(0, 0));
    int in_queue = MUST(eventfd(0, 0));
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    queue = MUST(epoll_create1(0));
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = 77 };
    MUST(epoll_ctl(queue, EPOLL_CTL_ADD, in_queue, &event));
    void *(*const waits[])(void *) = { in_read, in_poll, in_epoll, in_event, in_receive, in_futex };
    enum { count = 6 };
    pthread_t threads[count];
    for (int i = 0; i < count; i++) MUST_BE_0(pthread_create(&threads[i], NULL, waits[i], NULL));
    HOLDS(LAW_UNTIL(started == count));
    law_move();
    uint64_t five = 5;
    MUST(write(for_read[1], "r", 1));
    MUST(write(for_poll[1], "p", 1));
    MUST(write(event_fd, &five, 8));
    MUST(write(in_queue, &five, 8));
    MUST(send(pair[1], "hello", 5, 0));
    word = 1;
    // The waiter may just be on its way back into the kernel.
    HOLDS(LAW_UNTIL(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 1));
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
    return law_verdict();
}
