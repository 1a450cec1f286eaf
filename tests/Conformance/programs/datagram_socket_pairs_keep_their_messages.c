// Datagram and sequenced-packet socket pairs keep the bounds of their unread messages, empty ones too.
#include "law.h"
#include <sys/socket.h>

int main(void)
{
    law_begin();
    static const int kinds[] = { SOCK_DGRAM, SOCK_SEQPACKET };
    int pairs[2][2];
    for (int i = 0; i < 2; i++) {
        MUST(socketpair(AF_UNIX, kinds[i] | SOCK_NONBLOCK, 0, pairs[i]));
        MUST(send(pairs[i][0], "first", 5, 0));
        if (i == 0) MUST(send(pairs[i][0], "", 0, 0));
        MUST(send(pairs[i][0], "second message", 14, 0));
    }
    law_move();
    char text[64];
    for (int i = 0; i < 2; i++) {
        SAME(5, recv(pairs[i][1], text, sizeof text, 0));
        HOLDS(memcmp(text, "first", 5) == 0);
        if (i == 0) SAME(0, recv(pairs[i][1], text, sizeof text, 0));
        SAME(14, recv(pairs[i][1], text, sizeof text, 0));
        HOLDS(memcmp(text, "second message", 14) == 0);
        HOLDS(recv(pairs[i][1], text, sizeof text, 0) == -1 && errno == EAGAIN);
        SAME(3, send(pairs[i][1], "new", 3, 0));
        SAME(3, recv(pairs[i][0], text, sizeof text, 0));
        int kind = 0;
        socklen_t length = sizeof kind;
        MUST(getsockopt(pairs[i][0], SOL_SOCKET, SO_TYPE, &kind, &length));
        SAME(kinds[i], kind);
    }
    return law_verdict();
}
