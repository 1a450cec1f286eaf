// A unix socket connected to a process outside can't be carried.
// obstacle: unix|socket
#include "law.h"
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int pair[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    pid_t child = MUST(fork());
    if (child == 0) {
        if (fork() == 0) { char byte; close(pair[0]); while (read(pair[1], &byte, 1) > 0) write(pair[1], &byte, 1); _exit(0); }
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    close(pair[1]);
    law_move();
    char byte = 'x';
    SAME(1, write(pair[0], &byte, 1));
    SAME(1, read(pair[0], &byte, 1));
    return law_verdict();
}
