// Sockets that were bound to an address that the host does not have (IP_FREEBIND) keep it, also when the option is off again.
#include "law.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static void set(int socket, int value)
{
    MUST(setsockopt(socket, IPPROTO_IP, IP_FREEBIND, &value, sizeof value));
}

int main(void)
{
    law_begin();
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { inet_addr("198.51.100.7") } };
    int sockets[2];
    for (int i = 0; i < 2; i++) {
        sockets[i] = MUST(socket(AF_INET, i == 0 ? SOCK_STREAM : SOCK_DGRAM, 0));
        set(sockets[i], 1);
        MUST(bind(sockets[i], (struct sockaddr *)&address, sizeof address));
        set(sockets[i], 0);
    }
    law_move();
    for (int i = 0; i < 2; i++) {
        struct sockaddr_in now;
        socklen_t length = sizeof now;
        MUST(getsockname(sockets[i], (struct sockaddr *)&now, &length));
        SAME(address.sin_addr.s_addr, now.sin_addr.s_addr);
        int value = 7;
        length = sizeof value;
        MUST(getsockopt(sockets[i], IPPROTO_IP, IP_FREEBIND, &value, &length));
        SAME(0, value);
    }
    return law_verdict();
}
