// POSIX message queues keep name, mode, bounds, flags and what waits in them: priorities, lengths, order; with names and without, shared
// with children or opened by them; and who waits for a message, or for room, waits on.
// law: far
#include "law.h"
#include <mqueue.h>
#include <sys/epoll.h>

enum { LONGEST = 200, FULL = 2, MANY = 8 };

static char text[LONGEST];

static mqd_t make(const char *name, int flags, mode_t mode, long messages)
{
    struct mq_attr attributes = { .mq_maxmsg = messages, .mq_msgsize = LONGEST };
    mqd_t queue = mq_open(name, O_CREAT | O_EXCL | flags, mode, &attributes);
    if (queue < 0 && errno == ENOSYS) law_skip("POSIX message queues");
    return MUST(queue);
}

static void put(mqd_t queue, unsigned priority, int length, int seed)
{
    law_fill(text, length, seed);
    while (mq_send(queue, text, length, priority) < 0) if (errno != EINTR) { MUST(-1); }
}

static void take(mqd_t queue, unsigned priority, int length, int seed)
{
    unsigned was = 0;
    ssize_t got;
    while ((got = mq_receive(queue, text, LONGEST, &was)) < 0 && errno == EINTR) { }
    SAME(length, got);
    SAME(priority, was);
    HOLDS(law_filled(text, length, seed));
}

int main(void)
{
    law_begin();
    char named[64], removed[64], empty[64];
    snprintf(named, sizeof named, "/law named %d", getpid());
    snprintf(removed, sizeof removed, "/law-removed-%d", getpid());
    snprintf(empty, sizeof empty, "/law-empty-%d", getpid());
    umask(0);
    mqd_t known = make(named, O_RDWR, 0640, MANY);
    mqd_t first = make(removed, O_RDWR | O_NONBLOCK, 0600, FULL);
    // Two of one name: the first has lost it.
    MUST(mq_unlink(removed));
    mqd_t second = make(removed, O_RDWR, 0600, FULL);
    mqd_t reader = MUST(mq_open(removed, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    mqd_t writer = MUST(mq_open(removed, O_WRONLY));
    MUST(mq_unlink(removed));
    mqd_t bare = make(empty, O_RDWR, 0600, FULL);
    MUST(mq_unlink(empty));
    put(known, 0, 100, 1);
    put(known, 32767, LONGEST, 2);
    put(known, 3, 0, 3);
    put(known, 3, 1, 4);
    put(known, 0, 8, 5);
    put(second, 1, 10, 6);
    put(second, 2, 20, 7);
    int poll = MUST(epoll_create1(0));
    struct epoll_event event = { .events = EPOLLIN, .data.u32 = 4711 };
    MUST(epoll_ctl(poll, EPOLL_CTL_ADD, reader, &event));
    pid_t waits = MUST(fork());
    if (waits == 0) {
        take(bare, 9, 30, 8);
        _exit(law_verdict());
    }
    pid_t writes = MUST(fork());
    if (writes == 0) {
        mqd_t own = MUST(mq_open(named, O_WRONLY));
        // Full: it waits for room.
        put(writer, 5, 40, 9);
        put(own, 7, 50, 10);
        _exit(law_verdict());
    }

    law_move();
    struct mq_attr attributes;
    MUST(mq_getattr(known, &attributes));
    SAME(MANY, attributes.mq_maxmsg);
    SAME(LONGEST, attributes.mq_msgsize);
    SAME(5, attributes.mq_curmsgs);
    SAME(0, attributes.mq_flags);
    MUST(mq_getattr(reader, &attributes));
    SAME(O_NONBLOCK, attributes.mq_flags);
    SAME(FULL, attributes.mq_curmsgs);
    struct stat file;
    MUST(fstat(known, &file));
    SAME(S_IFREG | 0640, file.st_mode);
    SAME(1, file.st_nlink);
    SAME(getuid(), file.st_uid);
    MUST(fstat(second, &file));
    SAME(0, file.st_nlink);
    mqd_t again = mq_open(named, O_RDONLY);
    struct stat same;
    MUST(fstat(known, &file));
    SAME(0, fstat(again, &same));
    SAME(file.st_ino, same.st_ino);
    SAME(-1, mq_open(removed, O_RDONLY));
    SAME(ENOENT, errno);
    SAME(-1, mq_receive(first, text, LONGEST, NULL));
    SAME(EAGAIN, errno);
    SAME(-1, mq_send(reader, "", 0, 0));
    SAME(EBADF, errno);
    SAME(-1, mq_receive(writer, text, LONGEST, NULL));
    SAME(EBADF, errno);
    SAME(1, epoll_wait(poll, &event, 1, 0));
    SAME(4711, event.data.u32);
    take(reader, 2, 20, 7);
    int status;
    put(bare, 9, 30, 8);
    SAME(waits, waitpid(waits, &status, 0));
    SAME(0, status);
    SAME(writes, waitpid(writes, &status, 0));
    SAME(0, status);
    take(second, 5, 40, 9);
    take(second, 1, 10, 6);
    SAME(0, epoll_wait(poll, &event, 1, 0));
    take(known, 32767, LONGEST, 2);
    take(known, 7, 50, 10);
    take(known, 3, 0, 3);
    take(again, 3, 1, 4);
    take(known, 0, 100, 1);
    take(known, 0, 8, 5);
    put(first, 1, 7, 11);
    take(first, 1, 7, 11);
    SAME(0, mq_unlink(named));
    return law_verdict();
}
