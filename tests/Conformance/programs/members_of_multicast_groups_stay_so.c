// UDP sockets stay members of their multicast groups, on the same interface, and hear those senders that they chose.
// law: far
#include "law.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { PLAIN, CHOSEN, SIX, COUNT };

static void hear(int fd, int sender, const struct sockaddr *to, socklen_t length, bool expected)
{
    char text[8] = "";
    SAME(4, sendto(sender, "news", 4, 0, to, length));
    struct timeval limit = { expected ? 5 : 0, 100000 };
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    SAME(expected ? 4 : -1, recv(fd, text, sizeof text, 0));
    limit.tv_sec = limit.tv_usec = 0;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

int main(void)
{
    law_begin();
    int loopback = if_nametoindex("lo"), fds[COUNT], off = 0;
    if (!loopback) law_skip("no loopback interface");
    struct sockaddr_in groups[2];
    for (int i = 0; i < 2; i++) {
        fds[i] = MUST(socket(AF_INET, SOCK_DGRAM, 0));
        groups[i] = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xefff4d01 + i) };
        MUST(setsockopt(fds[i], IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof off));
        struct sockaddr_in any = { .sin_family = AF_INET };
        socklen_t length = sizeof any;
        MUST(bind(fds[i], (struct sockaddr *)&any, sizeof any));
        MUST(getsockname(fds[i], (struct sockaddr *)&any, &length));
        groups[i].sin_port = any.sin_port;
    }
    struct ip_mreqn member = { groups[PLAIN].sin_addr, { 0 }, loopback };
    if (setsockopt(fds[PLAIN], IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof member)) law_skip("no multicast on lo");
    struct group_source_req chosen = { .gsr_interface = loopback };
    struct sockaddr_in source = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000005) };
    struct sockaddr_in other = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000006) };
    memcpy(&chosen.gsr_group, &groups[CHOSEN], sizeof source);
    memcpy(&chosen.gsr_source, &source, sizeof source);
    MUST(setsockopt(fds[CHOSEN], IPPROTO_IP, MCAST_JOIN_SOURCE_GROUP, &chosen, sizeof chosen));
    fds[SIX] = socket(AF_INET6, SOCK_DGRAM, 0);
    struct ipv6_mreq six = { .ipv6mr_interface = loopback };
    inet_pton(AF_INET6, "ff01::4d:1", &six.ipv6mr_multiaddr);
    bool has_six = fds[SIX] >= 0 && setsockopt(fds[SIX], IPPROTO_IPV6, IPV6_JOIN_GROUP, &six, sizeof six) == 0;
    law_move();
    int sender[2];
    for (int i = 0; i < 2; i++) {
        sender[i] = MUST(socket(AF_INET, SOCK_DGRAM, 0));
        struct ip_mreqn out = { .imr_ifindex = loopback };
        MUST(setsockopt(sender[i], IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof out));
        MUST(bind(sender[i], i ? (struct sockaddr *)&other : (struct sockaddr *)&source, sizeof source));
    }
    hear(fds[PLAIN], sender[0], (struct sockaddr *)&groups[PLAIN], sizeof groups[0], true);
    hear(fds[PLAIN], sender[1], (struct sockaddr *)&groups[PLAIN], sizeof groups[0], true);
    hear(fds[CHOSEN], sender[1], (struct sockaddr *)&groups[CHOSEN], sizeof groups[0], false);
    hear(fds[CHOSEN], sender[0], (struct sockaddr *)&groups[CHOSEN], sizeof groups[0], true);
    HOLDS(setsockopt(fds[PLAIN], IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof member) == -1 && errno == EADDRINUSE);
    SAME(0, setsockopt(fds[PLAIN], IPPROTO_IP, IP_DROP_MEMBERSHIP, &member, sizeof member));
    SAME(0, setsockopt(fds[CHOSEN], IPPROTO_IP, MCAST_LEAVE_SOURCE_GROUP, &chosen, sizeof chosen));
    if (has_six) SAME(0, setsockopt(fds[SIX], IPPROTO_IPV6, IPV6_LEAVE_GROUP, &six, sizeof six));
    return law_verdict();
}
