// A netlink socket with an answer that waits, or of a protocol whose state only this kernel has, can't be carried.
// obstacle: netlink-socket.*unread
// obstacle: netlink-socket.*protocol 16
#include "law.h"
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int fd = MUST(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE)), generic = MUST(socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC));
    struct sockaddr_nl address = { .nl_family = AF_NETLINK };
    MUST(bind(fd, (struct sockaddr *)&address, sizeof address));
    struct { struct nlmsghdr header; struct ifinfomsg body; } request = { { sizeof request, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 7, 0 }, { .ifi_family = AF_UNSPEC } };
    MUST(send(fd, &request, sizeof request, 0));
    law_move();
    static char buffer[65536];
    HOLDS(recv(fd, buffer, sizeof buffer, 0) > 0);
    HOLDS(fcntl(generic, F_GETFD) == 0);
    return law_verdict();
}
