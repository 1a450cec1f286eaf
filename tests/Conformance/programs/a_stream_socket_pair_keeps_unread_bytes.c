// A stream socket pair keeps unread bytes in both directions, flags, options and a half-close.
// law: far
#include "law.h"
#include <sys/socket.h>

int main(void)
{
    law_begin();
    static char content[30000], after[30001];
    law_fill(content, sizeof content, 121);
    int pair[2], half[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair));
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, half));
    SAME(sizeof content, send(pair[0], content, sizeof content, 0));
    MUST(send(pair[1], "backwards", 9, 0));
    MUST(send(half[0], "last words", 10, 0));
    MUST(shutdown(half[0], SHUT_WR));
    int size = 131072, sizes[2];
    MUST(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size));
    socklen_t length = sizeof size;
    MUST(getsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &sizes[0], &length));
    int on = 1;
    MUST(setsockopt(half[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on));
    law_move();
    SAME(O_RDWR | O_NONBLOCK, fcntl(pair[0], F_GETFL));
    SAME(O_RDWR, fcntl(half[0], F_GETFL));
    SAME(FD_CLOEXEC, fcntl(half[1], F_GETFD));
    MUST(getsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &sizes[1], &length));
    SAME(sizes[0], sizes[1]);
    on = 0;
    MUST(getsockopt(half[1], SOL_SOCKET, SO_PASSCRED, &on, &length));
    SAME(1, on);
    SAME(sizeof content, recv(pair[1], after, sizeof after, MSG_WAITALL));
    HOLDS(memcmp(content, after, sizeof content) == 0);
    memset(after, 0, 16);
    SAME(9, recv(pair[0], after, sizeof after, 0));
    SAME_TEXT("backwards", after);
    HOLDS(recv(pair[0], after, 1, 0) == -1 && errno == EAGAIN);
    memset(after, 0, 16);
    SAME(10, recv(half[1], after, sizeof after, 0));
    SAME_TEXT("last words", after);
    SAME(0, recv(half[1], after, 1, 0));
    SAME(2, send(half[1], "on", 2, 0));
    SAME(2, recv(half[0], after, 16, 0));
    SAME(2, send(pair[0], "on", 2, 0));
    SAME(2, recv(pair[1], after, 16, 0));
    return law_verdict();
}
