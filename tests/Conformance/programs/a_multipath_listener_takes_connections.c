// A listening socket of multipath TCP, as programs in Go have it, keeps its protocol and port, and takes new connections.
// law: far
#include "law.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

int main(void)
{
    law_begin();
    int fresh = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP), fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_MPTCP), on = 1;
    if (fresh < 0 || fd < 0) law_skip("no multipath TCP");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in6 address = { .sin6_family = AF_INET6 }, after = { 0 };
    socklen_t length = sizeof address;
    MUST(bind(fd, (struct sockaddr *)&address, sizeof address));
    MUST(listen(fd, 77));
    MUST(getsockname(fd, (struct sockaddr *)&address, &length));
    law_move();
    MUST(getsockname(fd, (struct sockaddr *)&after, &length));
    SAME(address.sin6_port, after.sin6_port);
    for (int i = 0; i < 2; i++) {
        int protocol = 0;
        length = sizeof protocol;
        MUST(getsockopt(i ? fresh : fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length));
        SAME(IPPROTO_MPTCP, protocol);
        // A client of plain TCP, then one of multipath TCP.
        int client = i ? fresh : MUST(socket(AF_INET, SOCK_STREAM, 0));
        struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = address.sin6_port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        SAME(0, connect(client, (struct sockaddr *)&to, sizeof to));
        int server = -1;
        HOLDS(LAW_UNTIL((server = accept(fd, NULL, NULL)) >= 0));
        char text[8];
        SAME(5, write(client, "hello", 5));
        SAME(5, read(server, text, sizeof text));
    }
    return law_verdict();
}
