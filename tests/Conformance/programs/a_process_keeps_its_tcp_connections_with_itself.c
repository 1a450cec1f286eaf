// TCP connections that a process has with itself keep addresses, options and what waits unread; their listener takes new ones.
// law: far lingers
#include "law.h"
#include "tcp.h"

struct pair { int listener, client, server, ports[2]; union tcp_address address; };

static void make(struct pair *p, int family)
{
    p->listener = tcp_listen(family, &p->address);
    p->client = tcp_connect(&p->address);
    p->server = MUST(accept(p->listener, NULL, NULL));
    p->ports[0] = tcp_port(p->client, false);
    p->ports[1] = tcp_port(p->server, false);
    MUST(write(p->client, "to the server", 13));
    MUST(write(p->server, "to the client", 13));
}

static void check(struct pair *p)
{
    char text[32] = "";
    SAME(p->ports[0], tcp_port(p->client, false));
    SAME(p->ports[1], tcp_port(p->client, true));
    SAME(p->ports[1], tcp_port(p->server, false));
    SAME(p->ports[0], tcp_port(p->server, true));
    SAME(13, tcp_unread(p->client));
    SAME(13, recv(p->client, text, sizeof text, 0));
    SAME_TEXT("to the client", text);
    SAME(13, recv(p->server, text, sizeof text, 0));
    SAME_TEXT("to the server", text);
    tcp_talk(p->client, p->server);
    int second = tcp_connect(&p->address), accepted = MUST(accept(p->listener, NULL, NULL));
    tcp_talk(second, accepted);
    close(p->client);
    SAME(0, read(p->server, text, 1));
}

int main(void)
{
    law_begin();
    struct pair four, six;
    make(&four, AF_INET);
    make(&six, AF_INET6);

    // An IPv4 client of a listener for both families.
    union tcp_address any = { .v6 = { AF_INET6, 0, 0, IN6ADDR_ANY_INIT, 0 } };
    int both = MUST(socket(AF_INET6, SOCK_STREAM, 0)), on = 1, idle = 77;
    socklen_t length = sizeof any;
    MUST(bind(both, &any.any, sizeof any.v6));
    MUST(listen(both, 3));
    MUST(getsockname(both, &any.any, &length));
    union tcp_address plain = { .v4 = { AF_INET, any.v6.sin6_port, { htonl(INADDR_LOOPBACK) }, { 0 } } };
    int client = tcp_connect(&plain), server = MUST(accept4(both, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
    MUST(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    MUST(setsockopt(server, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on));
    MUST(setsockopt(server, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle));
    struct linger linger = { 1, 3 };
    MUST(setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    int reuse[2] = { tcp_option(client, SOL_SOCKET, SO_REUSEADDR), tcp_option(four.server, SOL_SOCKET, SO_REUSEADDR) };

    // Several connections of one listener.
    int more[3][2];
    for (int i = 0; i < 3; i++) {
        more[i][0] = tcp_connect(&four.address);
        more[i][1] = MUST(accept(four.listener, NULL, NULL));
        MUST(write(more[i][0], "abc" + i, 1));
    }

    law_move();
    check(&four);
    check(&six);
    HOLDS(tcp_option(client, IPPROTO_TCP, TCP_NODELAY) != 0);
    HOLDS(tcp_option(server, SOL_SOCKET, SO_KEEPALIVE) != 0);
    SAME(77, tcp_option(server, IPPROTO_TCP, TCP_KEEPIDLE));
    length = sizeof linger;
    MUST(getsockopt(client, SOL_SOCKET, SO_LINGER, &linger, &length));
    SAME(3, linger.l_linger);
    SAME(reuse[0], tcp_option(client, SOL_SOCKET, SO_REUSEADDR));
    SAME(reuse[1], tcp_option(four.server, SOL_SOCKET, SO_REUSEADDR));
    char byte;
    HOLDS(read(server, &byte, 1) == -1 && errno == EAGAIN);
    fcntl(server, F_SETFL, 0);
    tcp_talk(client, server);
    for (int i = 0; i < 3; i++) {
        SAME(1, read(more[i][1], &byte, 1));
        SAME("abc"[i], byte);
        tcp_talk(more[i][0], more[i][1]);
    }
    return law_verdict();
}
