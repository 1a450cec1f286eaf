// What a process outside holds too can't be carried: neither would see any more what the other does.
// obstacle: shared-descriptor.*eventfd
// obstacle: shared-descriptor.*timerfd
// obstacle: shared-descriptor.*eventpoll
// obstacle: shared-descriptor.*memfd:held
// obstacle: shared-descriptor.*socket:
// obstacle: pipe-to-outside
// obstacle: shared-memory.*/dev/zero
// obstacle: shared-memory.*memfd:mapped
#include "../law.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>

int main(void)
{
    law_begin();
    int event = MUST(eventfd(0, 0)), pair[2], pipes[2];
    MUST(timerfd_create(CLOCK_MONOTONIC, 0));
    MUST(epoll_create1(0));
    MUST(memfd_create("held", 0));
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(pipe(pipes));
    int mapped = MUST(memfd_create("mapped", 0));
    MUST(ftruncate(mapped, 4096));
    int *shared = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    int *memory = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, mapped, 0));
    MUST(close(mapped));
    int ends[2];
    MUST(pipe(ends));
    pid_t child = MUST(fork());
    if (child == 0) {
        // Nobody's child that the test could mind; ends with the test.
        if (fork() == 0) {
            setsid();
            close(ends[1]);
            uint64_t one;
            if (read(event, &one, 8) == 8) { *shared = (int)one; *memory = 2; MUST(write(pipes[1], "x", 1)); }
            char byte;
            read(ends[0], &byte, 1);
            _exit(0);
        }
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    close(ends[0]);
    fcntl(ends[1], F_SETFD, 0);
    law_move();
    uint64_t one = 1;
    char byte;
    MUST(write(event, &one, 8));
    SAME(1, read(pipes[0], &byte, 1));
    SAME(1, *shared);
    SAME(2, *memory);
    return law_verdict();
}
