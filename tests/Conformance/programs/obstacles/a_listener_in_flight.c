// A listening unix socket that waits to be received (SCM_RIGHTS), and that nobody else has, can't be carried.
// obstacle: descriptor-in-flight
#include "law.h"
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
    law_begin();
    int pair[2], listener = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    snprintf(name.sun_path, sizeof name.sun_path, "%.100s", law_path("listener"));
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(bind(listener, (struct sockaddr *)&name, sizeof name));
    MUST(listen(listener, 3));
    char byte = 'x', room[CMSG_SPACE(sizeof(int))] = "";
    struct iovec part = { &byte, 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr) { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
    memcpy(CMSG_DATA(header), &listener, sizeof listener);
    MUST(sendmsg(pair[0], &message, 0));
    close(listener);
    law_move();
    SAME(1, recvmsg(pair[1], &message, 0));
    memcpy(&listener, CMSG_DATA(header), sizeof listener);
    int client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(connect(client, (struct sockaddr *)&name, sizeof name));
    MUST(accept(listener, NULL, NULL));
    return law_verdict();
}
