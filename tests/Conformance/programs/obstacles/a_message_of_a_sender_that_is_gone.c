// A message waits unread, its receiver is told who sent it (SO_PASSCRED), and the sender has ended.
// obstacle: credentials-in-flight
#include "law.h"
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int one = 1, pair[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
    pid_t child = MUST(fork());
    if (child == 0) {
        MUST(write(pair[0], "last words", 10));
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    law_move();
    char text[32] = "", room[CMSG_SPACE(sizeof(struct ucred))] = "";
    struct iovec part = { text, sizeof text };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    SAME(10, recvmsg(pair[1], &message, 0));
    struct ucred sender;
    memcpy(&sender, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof sender);
    SAME(child, sender.pid);
    return law_verdict();
}
