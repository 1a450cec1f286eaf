// What is shut down of UDP sockets, bound or connected, stays so; what is not works on.
#include "law.h"
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

static int hung_up(int fd)
{
    struct pollfd entry = { fd, POLLRDHUP, 0 };
    MUST(poll(&entry, 1, 0));
    return entry.revents & (POLLRDHUP | POLLHUP);
}

int main(void)
{
    law_begin();
    signal(SIGPIPE, SIG_IGN);
    struct sockaddr_in sink = { .sin_family = AF_INET }, own = { .sin_family = AF_INET };
    socklen_t length = sizeof sink;
    sink.sin_addr.s_addr = own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int receiver = MUST(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)), fds[4];
    MUST(bind(receiver, (struct sockaddr *)&sink, sizeof sink));
    MUST(getsockname(receiver, (struct sockaddr *)&sink, &length));
    for (int i = 0; i < 4; i++) {
        fds[i] = MUST(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
        MUST(bind(fds[i], (struct sockaddr *)&own, sizeof own));
        if (i % 2) MUST(connect(fds[i], (struct sockaddr *)&sink, sizeof sink));
    }
    shutdown(fds[0], SHUT_RD);
    MUST(shutdown(fds[1], SHUT_WR));
    MUST(shutdown(fds[3], SHUT_RDWR));
    law_move();
    char text[8];
    SAME(POLLRDHUP, hung_up(fds[0]));
    SAME(2, sendto(fds[0], "hi", 2, 0, (struct sockaddr *)&sink, sizeof sink));
    SAME(0, hung_up(fds[1]));
    HOLDS(recv(fds[1], text, sizeof text, 0) == -1 && errno == EAGAIN);
    HOLDS(send(fds[1], "hi", 2, 0) == -1 && errno == EPIPE);
    HOLDS(recv(fds[2], text, sizeof text, 0) == -1 && errno == EAGAIN);
    SAME(2, sendto(fds[2], "hi", 2, 0, (struct sockaddr *)&sink, sizeof sink));
    SAME(POLLRDHUP | POLLHUP, hung_up(fds[3]));
    HOLDS(send(fds[3], "hi", 2, 0) == -1 && errno == EPIPE);
    struct sockaddr_in peer;
    length = sizeof peer;
    MUST(getpeername(fds[1], (struct sockaddr *)&peer, &length));
    SAME(sink.sin_port, peer.sin_port);
    SAME(2, recv(receiver, text, sizeof text, 0));
    return law_verdict();
}
