// UDP: a datagram that is held back, one that waits unread, and a member of a group that chooses among many senders can't be carried.
// obstacle: udp-pending
// obstacle: udp-unread
// obstacle: multicast-membership
#include "../law.h"
#include <arpa/inet.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int fds[3];
    struct sockaddr_in address[3];
    for (int i = 0; i < 3; i++) {
        socklen_t length = sizeof *address;
        address[i] = (struct sockaddr_in) { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        fds[i] = MUST(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
        MUST(bind(fds[i], (struct sockaddr *)&address[i], length));
        MUST(getsockname(fds[i], (struct sockaddr *)&address[i], &length));
    }
    MUST(sendto(fds[0], "first ", 6, MSG_MORE, (struct sockaddr *)&address[2], sizeof *address));
    MUST(sendto(fds[2], "waits", 5, 0, (struct sockaddr *)&address[1], sizeof *address));
    struct ip_mreqn group = { { inet_addr("239.1.2.3") }, { htonl(INADDR_LOOPBACK) }, 0 };
    MUST(setsockopt(fds[2], IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group));
    for (int i = 0; i < 7; i++) {
        struct ip_mreq_source silent = { group.imr_multiaddr, group.imr_address, { htonl(0x7f000010 + i) } };
        MUST(setsockopt(fds[2], IPPROTO_IP, IP_BLOCK_SOURCE, &silent, sizeof silent));
    }
    law_move();
    char text[32] = "";
    MUST(sendto(fds[0], "second", 6, 0, (struct sockaddr *)&address[2], sizeof *address));
    SAME(12, recv(fds[2], text, sizeof text, 0));
    SAME(5, recv(fds[1], text, sizeof text, 0));
    return law_verdict();
}
