// A byte that was sent out of band can't be carried as such: it is not made an ordinary one, nor lost.
// obstacle: urgent-data
#include "law.h"
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int pair[2];
    char byte = 0;
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(send(pair[0], "ab", 2, 0));
    if (send(pair[0], "c", 1, MSG_OOB) != 1) law_skip("out-of-band data of unix sockets");
    MUST(send(pair[0], "de", 2, 0));
    law_move();
    SAME(1, recv(pair[1], &byte, 1, MSG_OOB));
    SAME('c', byte);
    return law_verdict();
}
