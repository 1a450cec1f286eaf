// Pieces of the programs about TCP.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

union tcp_address { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; };

// A listener of the loopback address, at a port of the kernel's choice.
static int tcp_listen(int family, union tcp_address *address)
{
    int listener = MUST(socket(family, SOCK_STREAM, 0)), on = 1;
    memset(address, 0, sizeof *address);
    address->any.sa_family = family;
    if (family == AF_INET) address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else address->v6.sin6_addr = in6addr_loopback;
    socklen_t length = sizeof *address;
    MUST(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    MUST(bind(listener, &address->any, family == AF_INET ? sizeof address->v4 : sizeof address->v6));
    MUST(listen(listener, 8));
    MUST(getsockname(listener, &address->any, &length));
    return listener;
}

static int tcp_connect(const union tcp_address *address)
{
    int client = MUST(socket(address->any.sa_family, SOCK_STREAM, 0));
    MUST(connect(client, &address->any, address->any.sa_family == AF_INET ? sizeof address->v4 : sizeof address->v6));
    return client;
}

__attribute__((unused)) static int tcp_port(int socket, bool peer)
{
    union tcp_address address = { 0 };
    socklen_t length = sizeof address;
    if ((peer ? getpeername(socket, &address.any, &length) : getsockname(socket, &address.any, &length)) < 0) return -errno;
    return ntohs(address.v4.sin_port);
}

__attribute__((unused)) static int tcp_unread(int socket)
{
    int n = -1;
    ioctl(socket, FIONREAD, &n);
    return n;
}

__attribute__((unused)) static int tcp_option(int socket, int level, int option)
{
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(socket, level, option, &value, &length) < 0 ? -errno : value;
}

// Says one word one way and one the other.
__attribute__((unused)) static void tcp_talk(int one, int other)
{
    char text[8] = "";
    SAME(4, write(one, "ping", 4));
    SAME(4, recv(other, text, 4, MSG_WAITALL));
    SAME_TEXT("ping", text);
    SAME(4, write(other, "pong", 4));
    SAME(4, recv(one, text, 4, MSG_WAITALL));
    SAME_TEXT("pong", text);
}
