// Netlink sockets keep number, groups and options, bound or not, and go on asking the kernel and hearing its news.
// law: far
#include "law.h"
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

enum { ASKING, NEWS, DEVICES, FRESH, COUNT };

static int get(int fd, int level, int option)
{
    int value = -12345;
    socklen_t length = sizeof value;
    return getsockopt(fd, level, option, &value, &length) < 0 ? -errno : value;
}

// The number of interfaces that the kernel tells in answer to a dump.
static int ask(int fd, unsigned port)
{
    struct { struct nlmsghdr header; struct ifinfomsg body; } request = { { sizeof request, RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 7, port }, { .ifi_family = AF_UNSPEC } };
    if (send(fd, &request, sizeof request, 0) != sizeof request) return -1;
    static char buffer[65536];
    for (int links = 0;;) {
        int n = recv(fd, buffer, sizeof buffer, 0);
        if (n <= 0) return -1;
        for (struct nlmsghdr *at = (struct nlmsghdr *)buffer; NLMSG_OK(at, (unsigned)n); at = NLMSG_NEXT(at, n)) {
            if (at->nlmsg_type == NLMSG_DONE) return links;
            if (at->nlmsg_pid != port) return -2;
            links += at->nlmsg_type == RTM_NEWLINK;
        }
    }
}

int main(void)
{
    law_begin();
    static const int protocols[COUNT] = { NETLINK_ROUTE, NETLINK_ROUTE, NETLINK_KOBJECT_UEVENT, NETLINK_SOCK_DIAG };
    static const int checked[] = { NETLINK_PKTINFO, NETLINK_BROADCAST_ERROR, NETLINK_NO_ENOBUFS, NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK };
    int fds[COUNT], before[COUNT][6], sizes[COUNT], groups = RTNLGRP_NEXTHOP, on = 1, room = 100000;
    struct sockaddr_nl names[COUNT];
    for (int i = 0; i < COUNT; i++) {
        fds[i] = MUST(socket(AF_NETLINK, i == DEVICES ? SOCK_DGRAM | SOCK_NONBLOCK : SOCK_RAW, protocols[i]));
        names[i] = (struct sockaddr_nl) { .nl_family = AF_NETLINK, .nl_groups = i == NEWS ? RTMGRP_LINK | RTMGRP_IPV4_ROUTE : i == DEVICES ? 2 : 0 };
        if (i != FRESH) MUST(bind(fds[i], (struct sockaddr *)&names[i], sizeof names[i]));
    }
    MUST(setsockopt(fds[NEWS], SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups, sizeof groups));
    MUST(setsockopt(fds[NEWS], SOL_NETLINK, NETLINK_PKTINFO, &on, sizeof on));
    MUST(setsockopt(fds[NEWS], SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof on));
    MUST(setsockopt(fds[ASKING], SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on));
    MUST(setsockopt(fds[ASKING], SOL_SOCKET, SO_RCVBUF, &room, sizeof room));
    MUST(setsockopt(fds[DEVICES], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    struct sock_filter code[] = { { BPF_RET | BPF_K, 0, 0, 0xffff } };
    struct sock_fprog program = { 1, code };
    MUST(setsockopt(fds[DEVICES], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    unsigned links = 0;
    for (int i = 0; i < COUNT; i++) {
        socklen_t length = sizeof names[i];
        MUST(getsockname(fds[i], (struct sockaddr *)&names[i], &length));
        for (int k = 0; k < 6; k++) before[i][k] = get(fds[i], SOL_NETLINK, checked[k]);
        sizes[i] = get(fds[i], SOL_SOCKET, SO_RCVBUF);
    }
    links = ask(fds[ASKING], names[ASKING].nl_pid);
    HOLDS(links >= 1);
    law_move();
    for (int i = 0; i < COUNT; i++) {
        struct sockaddr_nl name = { 0 };
        socklen_t length = sizeof name;
        MUST(getsockname(fds[i], (struct sockaddr *)&name, &length));
        SAME(names[i].nl_pid, name.nl_pid);
        SAME(names[i].nl_groups, name.nl_groups);
        for (int k = 0; k < 6; k++) SAME(before[i][k], get(fds[i], SOL_NETLINK, checked[k]));
        SAME(sizes[i], get(fds[i], SOL_SOCKET, SO_RCVBUF));
        SAME(protocols[i], get(fds[i], SOL_SOCKET, SO_PROTOCOL));
        SAME(i == DEVICES ? SOCK_DGRAM : SOCK_RAW, get(fds[i], SOL_SOCKET, SO_TYPE));
    }
    SAME(0, names[FRESH].nl_pid);
    SAME(1, get(fds[DEVICES], SOL_SOCKET, SO_PASSCRED));
    unsigned members[4] = { 0 };
    socklen_t length = sizeof members;
    MUST(getsockopt(fds[NEWS], SOL_NETLINK, NETLINK_LIST_MEMBERSHIPS, members, &length));
    HOLDS(members[(RTNLGRP_NEXTHOP - 1) / 32] & 1u << (RTNLGRP_NEXTHOP - 1) % 32);
    HOLDS(ask(fds[ASKING], names[ASKING].nl_pid) >= 1);
    return law_verdict();
}
