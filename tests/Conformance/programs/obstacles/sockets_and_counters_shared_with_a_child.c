// A socket pair between a process and its child, and an eventfd, a memory file and a lock that both have, can't be carried yet.
// obstacle: shared-descriptor.*eventfd
// obstacle: shared-descriptor.*memfd:both
// obstacle: shared-descriptor.*locked
// obstacle: unix|socket
#include "law.h"
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int pair[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(eventfd(0, 0));
    MUST(memfd_create("both", 0));
    MUST(flock(MUST(open(law_path("locked"), O_RDWR | O_CREAT, 0644)), LOCK_EX));
    pid_t child = MUST(fork());
    if (child == 0) {
        char byte;
        close(pair[0]);
        while (read(pair[1], &byte, 1) == 1) { }
        _exit(0);
    }
    close(pair[1]);
    law_move();
    close(pair[0]);
    SAME(child, waitpid(child, NULL, 0));
    return law_verdict();
}
