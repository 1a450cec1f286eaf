// Descriptors that are on their way through a unix socket can't be carried.
// obstacle: flight|rights|scm|unix
#include "law.h"
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int pair[2], ends[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(pipe(ends));
    char byte = 'x', room[CMSG_SPACE(sizeof(int))] = "";
    struct iovec part = { &byte, 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &ends[1], sizeof(int));
    MUST(sendmsg(pair[0], &message, 0));
    law_move();
    SAME(1, recvmsg(pair[1], &message, 0));
    int got = -1;
    memcpy(&got, CMSG_DATA(header), sizeof got);
    SAME(1, write(got, "y", 1));
    SAME(1, read(ends[0], &byte, 1));
    return law_verdict();
}
