// TCP connections that a process has made to its own listener, and not accepted yet, wait there in their order.
#include "law.h"
#include "tcp.h"

int main(void)
{
    law_begin();
    union tcp_address address;
    int listener = tcp_listen(AF_INET6, &address), clients[3], ports[3];
    for (int i = 0; i < 3; i++) ports[i] = tcp_port(clients[i] = tcp_connect(&address), false);
    law_move();
    for (int i = 0; i < 3; i++) {
        int server = MUST(accept(listener, NULL, NULL));
        SAME(ports[i], tcp_port(server, true));
        SAME(ports[i], tcp_port(clients[i], false));
        tcp_talk(clients[i], server);
    }
    return law_verdict();
}
