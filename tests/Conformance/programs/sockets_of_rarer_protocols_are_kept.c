// Sockets of UDP-Lite, of ICMP echo and raw ones keep addresses, filters and options, and go on.
// law: far
#include "law.h"
#include <arpa/inet.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { LIGHT, ECHO, RAW, RAW6, COUNT };

int main(void)
{
    law_begin();
    int fds[COUNT], found = 0, cover = 8, on = 1;
    fds[LIGHT] = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);
    fds[ECHO] = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
    fds[RAW] = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    fds[RAW6] = socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
    for (int i = 0; i < COUNT; i++) found += fds[i] >= 0;
    if (!found) law_skip("no such sockets");
    struct sockaddr_in names[COUNT], own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    for (int i = 0; i < RAW6; i++) {
        socklen_t length = sizeof own;
        if (fds[i] < 0) continue;
        MUST(bind(fds[i], (struct sockaddr *)&own, sizeof own));
        MUST(getsockname(fds[i], (struct sockaddr *)&names[i], &length));
    }
    // No news but what it asks for: others may be at it on this host.
    struct icmp_filter none = { ~(1u << ICMP_ECHOREPLY) }, filter = { 0 };
    if (fds[LIGHT] >= 0) MUST(setsockopt(fds[LIGHT], IPPROTO_UDPLITE, 10, &cover, sizeof cover));
    if (fds[RAW] >= 0) MUST(setsockopt(fds[RAW], SOL_RAW, ICMP_FILTER, &none, sizeof none));
    if (fds[RAW6] >= 0) MUST(setsockopt(fds[RAW6], IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on));
    law_move();
    for (int i = 0; i < RAW6; i++) {
        struct sockaddr_in now = { 0 };
        socklen_t length = sizeof now;
        if (fds[i] < 0) continue;
        MUST(getsockname(fds[i], (struct sockaddr *)&now, &length));
        SAME(0, memcmp(&names[i], &now, sizeof now));
    }
    socklen_t length = sizeof cover;
    if (fds[LIGHT] >= 0) {
        char text[8] = "";
        MUST(getsockopt(fds[LIGHT], IPPROTO_UDPLITE, 10, &cover, &length));
        SAME(8, cover);
        SAME(4, sendto(fds[LIGHT], "self", 4, 0, (struct sockaddr *)&names[LIGHT], sizeof names[LIGHT]));
        SAME(4, recv(fds[LIGHT], text, sizeof text, 0));
    }
    if (fds[ECHO] >= 0) {
        struct icmphdr request = { .type = ICMP_ECHO }, answer = { 0 };
        SAME(sizeof request, sendto(fds[ECHO], &request, sizeof request, 0, (struct sockaddr *)&own, sizeof own));
        SAME(sizeof answer, recv(fds[ECHO], &answer, sizeof answer, 0));
        SAME(ICMP_ECHOREPLY, answer.type);
    }
    if (fds[RAW] >= 0) {
        length = sizeof filter;
        MUST(getsockopt(fds[RAW], SOL_RAW, ICMP_FILTER, &filter, &length));
        SAME(none.data, filter.data);
    }
    if (fds[RAW6] >= 0) {
        int value = 0;
        length = sizeof value;
        MUST(getsockopt(fds[RAW6], IPPROTO_IPV6, IPV6_RECVPKTINFO, &value, &length));
        SAME(1, value);
    }
    return law_verdict();
}
