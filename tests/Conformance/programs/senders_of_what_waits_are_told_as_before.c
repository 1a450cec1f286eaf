// Who has sent a message that waits unread (SCM_CREDENTIALS) is told as before: nobody, a child, oneself, and a child with a descriptor.
// law: far
#include "law.h"
#include <sys/socket.h>

static void hear(int from, const char *expected, pid_t pid, bool descriptor)
{
    char room[256] = "", text[64] = "";
    struct iovec part = { text, strlen(expected) }; // of a stream more would come at once
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    SAME((long)strlen(expected), recvmsg(from, &message, MSG_DONTWAIT));
    SAME_TEXT(expected, text);
    bool told = false, got = false;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_type == SCM_RIGHTS) got = true;
        if (header->cmsg_type != SCM_CREDENTIALS) continue;
        struct ucred sender;
        memcpy(&sender, CMSG_DATA(header), sizeof sender);
        SAME(pid, sender.pid);
        SAME(pid == 0 ? 65534 : getuid(), sender.uid);
        SAME(pid == 0 ? 65534 : getgid(), sender.gid);
        told = true;
    }
    HOLDS(told);
    SAME(descriptor, got);
}

int main(void)
{
    law_begin();
    int one = 1, kinds[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET }, pairs[3][2], go[2], ready[2];
    MUST(pipe(go));
    MUST(pipe(ready));
    for (int i = 0; i < 3; i++) {
        MUST(socketpair(AF_UNIX, kinds[i], 0, pairs[i]));
        MUST(write(pairs[i][0], "unsigned", 8)); // nobody asked for the sender yet
        MUST(setsockopt(pairs[i][1], SOL_SOCKET, SO_PASSCRED, &one, sizeof one));
    }
    pid_t child = MUST(fork());
    char byte;
    if (child == 0) {
        close(go[1]);
        for (int i = 0; i < 3; i++) {
            MUST(write(pairs[i][0], "of the child", 12));
            char room[CMSG_SPACE(sizeof(int))] = "";
            struct iovec part = { "with", 4 };
            struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
            struct cmsghdr *header = CMSG_FIRSTHDR(&message);
            *header = (struct cmsghdr) { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
            memcpy(CMSG_DATA(header), &go[0], sizeof(int));
            MUST(sendmsg(pairs[i][0], &message, 0));
        }
        MUST(write(ready[1], "!", 1));
        while (read(go[0], &byte, 1) != 0) { }
        _exit(0);
    }
    SAME(1, read(ready[0], &byte, 1));
    for (int i = 0; i < 3; i++) MUST(write(pairs[i][0], "of the parent", 13));
    law_move();
    for (int i = 0; i < 3; i++) {
        hear(pairs[i][1], "unsigned", 0, false);
        hear(pairs[i][1], "of the child", child, false);
        hear(pairs[i][1], "with", child, true);
        hear(pairs[i][1], "of the parent", getpid(), false);
    }
    close(go[1]);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
