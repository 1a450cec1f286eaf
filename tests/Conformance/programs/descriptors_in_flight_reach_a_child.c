// Descriptors on their way to a child arrive, though the parent has closed its own.
// law: far
#include "law.h"
#include <sys/socket.h>

static void give(int to, int fd)
{
    char byte = 'x', room[CMSG_SPACE(sizeof(int))] = "";
    struct iovec part = { &byte, 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    *header = (struct cmsghdr) { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    MUST(sendmsg(to, &message, 0));
}

static int take(int from)
{
    int fd = -1;
    char byte, room[CMSG_SPACE(sizeof(int))] = "";
    struct iovec part = { &byte, 1 };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    SAME(1, recvmsg(from, &message, 0));
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header) memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

int main(void)
{
    law_begin();
    int pair[2], go[2], back[2], log = MUST(open(law_path("log"), O_RDWR | O_CREAT | O_APPEND, 0600));
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(pipe(go));
    pid_t child = MUST(fork());
    if (child == 0) {
        char byte;
        close(pair[0]);
        close(go[1]);
        while (read(go[0], &byte, 1) != 0) { }
        int answer = take(pair[1]), file = take(pair[1]);
        MUST(write(answer, "arrived", 7));
        MUST(write(file, "child", 5));
        _exit(law_verdict());
    }
    close(pair[1]);
    close(go[0]);
    MUST(pipe(back));
    give(pair[0], back[1]);
    give(pair[0], log);
    close(back[1]);
    MUST(write(log, "parent ", 7));
    law_move();
    close(go[1]);
    char text[32] = "";
    SAME(7, read(back[0], text, sizeof text));
    SAME_TEXT("arrived", text);
    SAME(0, read(back[0], text, sizeof text));
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    memset(text, 0, sizeof text);
    SAME(12, pread(log, text, sizeof text, 0));
    SAME_TEXT("parent child", text);
    return law_verdict();
}
