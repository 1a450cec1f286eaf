// A process and its child share an epoll that watches files of both, an inotify, and locks of an open file; the child has locks of its own.
// law: far
#include "law.h"
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/inotify.h>

static void watch(int epoll, int fd, uint64_t data)
{
    struct epoll_event event = { EPOLLIN, { .u64 = data } };
    MUST(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

static bool told(int epoll, uint64_t data)
{
    struct epoll_event events[8];
    int n = epoll_wait(epoll, events, 8, 0);
    for (int i = 0; i < n; i++) if (events[i].data.u64 == data) return true;
    return false;
}

static int lock_of(const char *name, int command, off_t at)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = at, .l_len = 1 };
    int fd = open(law_path(name), O_RDWR), result;
    MUST(fd);
    result = fcntl(fd, command, &lock) < 0 ? -errno : lock.l_type;
    close(fd);
    return result;
}

int main(void)
{
    law_begin();
    int common[2], back[2], ready[2], moved[2];
    MUST(pipe(common));
    MUST(pipe(back));
    MUST(pipe(ready));
    MUST(pipe(moved));
    int epoll = MUST(epoll_create1(EPOLL_CLOEXEC)), notify = MUST(inotify_init1(IN_NONBLOCK));
    watch(epoll, common[0], 1);
    int other = MUST(dup(moved[0]));
    watch(epoll, other, 3);
    close(other);
    int locked = MUST(open(law_path("locked"), O_RDWR | O_CREAT, 0644));
    MUST(flock(locked, LOCK_EX));
    struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 5 };
    int described = MUST(open(law_path("described"), O_RDWR | O_CREAT, 0644));
    MUST(fcntl(described, F_OFD_SETLK, &range));
    pid_t child = MUST(fork());
    if (child == 0) {
        int own[2];
        MUST(pipe(own));
        watch(epoll, own[0], 2);
        MUST(fcntl(MUST(open(law_path("owned"), O_RDWR | O_CREAT, 0644)), F_SETLK, &range));
        MUST(write(ready[1], "r", 1));
        char byte;
        MUST(read(back[0], &byte, 1));
        MUST(write(own[1], "x", 1));
        MUST(write(ready[1], "w", 1));
        MUST(read(back[0], &byte, 1));
        _exit(told(epoll, 2) ? law_verdict() : 1);
    }
    char byte;
    MUST(read(ready[0], &byte, 1));
    law_move();
    HOLDS(!told(epoll, 1) && !told(epoll, 2) && !told(epoll, 3));
    MUST(write(common[1], "x", 1));
    HOLDS(told(epoll, 1));
    MUST(write(moved[1], "x", 1));
    HOLDS(told(epoll, 3));
    MUST(write(back[1], "x", 1));
    MUST(read(ready[0], &byte, 1));
    HOLDS(told(epoll, 2));
    int again = MUST(open(law_path("locked"), O_RDWR));
    HOLDS(flock(again, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
    SAME(F_WRLCK, lock_of("described", F_OFD_GETLK, 12));
    SAME(F_UNLCK, lock_of("described", F_OFD_GETLK, 20));
    struct flock mine = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 1 };
    int owned = MUST(open(law_path("owned"), O_RDWR));
    MUST(fcntl(owned, F_GETLK, &mine));
    SAME(F_WRLCK, mine.l_type);
    SAME(child, mine.l_pid);
    HOLDS(read(notify, &byte, 1) == -1 && errno == EAGAIN);
    MUST(write(back[1], "x", 1));
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    // The lock of the open file lives on in this process.
    HOLDS(flock(again, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK);
    close(locked);
    SAME(0, flock(again, LOCK_EX | LOCK_NB));
    return law_verdict();
}
