// An epoll, a memory file and a lock that a process and its child both have can't be carried yet.
// obstacle: shared-descriptor.*eventpoll
// obstacle: shared-descriptor.*memfd:both
// obstacle: shared-descriptor.*locked
#include "law.h"
#include <sys/epoll.h>
#include <sys/file.h>

int main(void)
{
    law_begin();
    int pair[2];
    MUST(pipe(pair));
    MUST(epoll_create1(0));
    MUST(memfd_create("both", 0));
    MUST(flock(MUST(open(law_path("locked"), O_RDWR | O_CREAT, 0644)), LOCK_EX));
    pid_t child = MUST(fork());
    if (child == 0) {
        char byte;
        close(pair[1]);
        while (read(pair[0], &byte, 1) == 1) { }
        _exit(0);
    }
    close(pair[0]);
    law_move();
    close(pair[1]);
    SAME(child, waitpid(child, NULL, 0));
    return law_verdict();
}
