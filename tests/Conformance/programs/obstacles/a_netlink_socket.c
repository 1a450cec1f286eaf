// A netlink socket can't be carried.
// obstacle: netlink|socket
#include "law.h"
#include <linux/netlink.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int fd = MUST(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    struct sockaddr_nl address = { .nl_family = AF_NETLINK };
    MUST(bind(fd, (struct sockaddr *)&address, sizeof address));
    law_move();
    HOLDS(fcntl(fd, F_GETFD) == 0);
    return law_verdict();
}
