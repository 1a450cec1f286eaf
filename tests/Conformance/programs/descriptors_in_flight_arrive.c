// Descriptors that wait unread in unix sockets (SCM_RIGHTS) arrive with the bytes that they were sent with, also those that nobody else has.
// law: far
#include "law.h"
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

static void give(int to, const char *text, size_t length, int count, const int *fds)
{
    char room[CMSG_SPACE(sizeof(int) * 8)] = "";
    struct iovec part = { (void *)text, length };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    if (count > 0) {
        message.msg_control = room;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        *header = (struct cmsghdr) { CMSG_LEN(sizeof(int) * count), SOL_SOCKET, SCM_RIGHTS };
        memcpy(CMSG_DATA(header), fds, sizeof(int) * count);
    }
    SAME((long)length, MUST(sendmsg(to, &message, 0)));
}

// What one recvmsg gives: how many descriptors; the text must be the one expected.
static int take(int from, size_t most, const char *expected, int *fds)
{
    char room[CMSG_SPACE(sizeof(int) * 8)] = "", text[256] = "";
    struct iovec part = { text, most };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    long got = recvmsg(from, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    SAME((long)strlen(expected), got);
    SAME_TEXT(expected, text);
    SAME(0, message.msg_flags & MSG_CTRUNC);
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header) return 0;
    int count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    memcpy(fds, CMSG_DATA(header), sizeof(int) * count);
    return count;
}

static void says(int fd, const char *expected)
{
    char text[64] = "";
    SAME((long)strlen(expected), read(fd, text, sizeof text - 1));
    SAME_TEXT(expected, text);
}

int main(void)
{
    law_begin();
    int got[8], stream[2], packets[2], datagrams[2], closed[2], ring[2], inner[2], ends[2], kept[2], named;
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream));
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, packets));
    MUST(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, datagrams));
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, closed));
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ring));
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, inner));
    MUST(pipe2(ends, O_CLOEXEC));
    MUST(pipe2(kept, O_CLOEXEC));

    // A stream: bytes without, with, and without descriptors again; a pipe that nobody has, and one of which an end is kept.
    MUST(write(ends[1], "in the pipe", 11));
    MUST(write(kept[1], "kept", 4));
    give(stream[0], "abc", 3, 0, NULL);
    give(stream[0], "de", 2, 2, ends);
    give(stream[0], "f", 1, 1, &kept[1]);
    give(stream[0], "gh", 2, 0, NULL);
    close(ends[0]);
    close(ends[1]);

    // Packets: a memory file and a counter that nobody else has, one with none.
    int memory = MUST(memfd_create("flies", MFD_CLOEXEC)), counter = MUST(eventfd(7, EFD_CLOEXEC));
    MUST(write(memory, "remembered", 10));
    MUST(lseek(memory, 2, SEEK_SET));
    give(packets[0], "first", 5, 2, (int[]) { memory, counter });
    give(packets[0], "second", 6, 0, NULL);
    close(memory);
    close(counter);

    // Datagrams: a file with its offset, which stays open here too; and one that is removed.
    int file = MUST(open(law_path("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600)), removed = MUST(open(law_path("removed"), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    MUST(write(file, "0123456789", 10));
    MUST(lseek(file, 4, SEEK_SET));
    MUST(write(removed, "lives on", 8));
    MUST(lseek(removed, 0, SEEK_SET));
    MUST(unlink(law_path("removed")));
    give(datagrams[0], "a file", 6, 2, (int[]) { file, removed });
    close(removed);

    // The sender has closed its end. What came is a socket, in whose own queue a descriptor waits.
    give(inner[0], "inside", 6, 1, &kept[1]);
    give(closed[0], "last", 4, 1, &inner[1]);
    close(inner[1]);
    close(closed[0]);

    // A socket in its own queue.
    give(ring[0], "itself", 6, 1, &ring[1]);

    // A name, and a sender that has one.
    struct sockaddr_un here = { .sun_family = AF_UNIX }, there = { .sun_family = AF_UNIX };
    snprintf(here.sun_path, sizeof here.sun_path, "%.100s", law_path("named"));
    snprintf(there.sun_path, sizeof there.sun_path, "%.100s", law_path("sender"));
    named = MUST(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    int sender = MUST(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    MUST(bind(named, (struct sockaddr *)&here, sizeof here));
    MUST(bind(sender, (struct sockaddr *)&there, sizeof there));
    MUST(connect(sender, (struct sockaddr *)&here, sizeof here));
    give(sender, "by name", 7, 1, &kept[1]);

    law_move();

    SAME(0, take(stream[1], 3, "abc", got));
    SAME(2, take(stream[1], 100, "de", got));
    says(got[0], "in the pipe");
    MUST(write(got[1], "more", 4));
    says(got[0], "more");
    close(got[1]);
    SAME(0, read(got[0], got, 1)); // nobody else has an end to write to
    SAME(1, take(stream[1], 100, "f", got));
    says(kept[0], "kept");
    MUST(write(got[0], "through", 7));
    says(kept[0], "through");
    SAME(0, take(stream[1], 100, "gh", got));

    SAME(2, take(packets[1], 100, "first", got));
    says(got[0], "membered");
    uint64_t count = 0;
    SAME(8, read(got[1], &count, sizeof count));
    SAME(7, count);
    SAME(0, take(packets[1], 100, "second", got));

    SAME(2, take(datagrams[1], 100, "a file", got));
    MUST(lseek(file, 6, SEEK_SET)); // one description: one offset
    says(got[0], "6789");
    says(got[1], "lives on");

    SAME(1, take(closed[1], 100, "last", got));
    SAME(0, recv(closed[1], &count, 1, 0));
    int inside = got[0];
    SAME(1, take(inside, 100, "inside", got));
    MUST(write(got[0], "deep", 4));
    says(kept[0], "deep");
    MUST(write(inner[0], "on", 2));
    says(inside, "on");

    SAME(1, take(ring[1], 100, "itself", got));
    MUST(write(ring[0], "round", 5));
    says(got[0], "round");

    char text[32] = "";
    struct sockaddr_un who;
    struct iovec part = { text, sizeof text };
    char room[CMSG_SPACE(sizeof(int))];
    struct msghdr message = { .msg_name = &who, .msg_namelen = sizeof who, .msg_iov = &part, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room };
    SAME(7, recvmsg(named, &message, MSG_DONTWAIT));
    SAME_TEXT("by name", text);
    SAME_TEXT(there.sun_path, who.sun_path);
    HOLDS(CMSG_FIRSTHDR(&message) != NULL);
    memcpy(got, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    MUST(write(got[0], "named", 5));
    says(kept[0], "named");
    return law_verdict();
}
