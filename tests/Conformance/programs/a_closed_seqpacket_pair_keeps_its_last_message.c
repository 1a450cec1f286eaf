// A sequenced-packet socket whose other end is closed keeps its unread message, then tells the end.
#include "law.h"
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int ends[2];
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
    MUST(send(ends[1], "abc", 3, 0));
    close(ends[1]);
    law_move();
    char text[8];
    SAME(3, recv(ends[0], text, sizeof text, 0));
    SAME(0, recv(ends[0], text, sizeof text, 0));
    return law_verdict();
}
