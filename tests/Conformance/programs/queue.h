// POSIX message queues of any size.
#pragma once
#include "law.h"
#include <mqueue.h>
#include <sys/file.h>

// Sets a limit of the namespace that is lower, where that may be done; what it was comes into the text.
static void queue_raise(const char *path, long to, char *was, size_t size)
{
    char text[32];
    law_read(path, was, size);
    if (atol(was) >= to) return;
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) law_skip("limits of POSIX message queues that can be raised");
    int length = snprintf(text, sizeof text, "%ld", to);
    if (write(file, text, length) != length) law_skip("limits of POSIX message queues that can be raised");
    close(file);
}

// A new queue without a name, for reading and writing; the limits are as before at once.
static mqd_t queue_make(long messages, long length)
{
    static const char *const paths[] = { "/proc/sys/fs/mqueue/msg_max", "/proc/sys/fs/mqueue/msgsize_max" };
    char name[64], most[32], longest[32];
    int alone = MUST(open("/proc/sys/fs/mqueue/queues_max", O_RDONLY | O_CLOEXEC));
    MUST(flock(alone, LOCK_EX));
    snprintf(name, sizeof name, "/law-large-%d", getpid());
    queue_raise(paths[0], messages, most, sizeof most);
    queue_raise(paths[1], length, longest, sizeof longest);
    struct mq_attr attributes = { .mq_maxmsg = messages, .mq_msgsize = length };
    mqd_t queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR | O_NONBLOCK, 0600, &attributes);
    int error = errno;
    for (int i = 0; i < 2; i++) {
        const char *was = i == 0 ? most : longest;
        int file = open(paths[i], O_WRONLY | O_CLOEXEC);
        if (file >= 0) { MUST(write(file, was, strlen(was))); close(file); }
    }
    MUST(close(alone));
    errno = error;
    MUST(queue);
    MUST(mq_unlink(name));
    return queue;
}
