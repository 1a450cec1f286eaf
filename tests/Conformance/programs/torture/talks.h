// Pieces that talk: pipes, sockets, descriptors that are sent, terminals, signals.
#pragma once
#include "torture.h"
#include "../terminal.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <netinet/in.h>

struct channel { int ends[2]; bool keeps_messages; long count; };

static void tcp_pair(int ends[2])
{
    struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof here;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    RIGHT(listener >= 0 && bind(listener, (void *)&here, sizeof here) == 0 && listen(listener, 1) == 0);
    RIGHT(getsockname(listener, (void *)&here, &length) == 0);
    ends[1] = socket(AF_INET, SOCK_STREAM, 0);
    RIGHT(connect(ends[1], (void *)&here, sizeof here) == 0);
    ends[0] = accept(listener, NULL, NULL);
    RIGHT(ends[0] >= 0);
    close(listener);
}

static struct channel open_channel(void)
{
    struct channel c = { .count = 1 + pick(60) };
    switch (pick(7)) {
    case 0: RIGHT(pipe(c.ends) == 0); break;
    case 1: RIGHT(pipe(c.ends) == 0); fcntl(c.ends[1], F_SETPIPE_SZ, 4096 << pick(6)); break;
    case 2: RIGHT(pipe2(c.ends, O_DIRECT) == 0); c.keeps_messages = true; break;
    case 3: RIGHT(socketpair(AF_UNIX, SOCK_STREAM, 0, c.ends) == 0); break;
    case 4: RIGHT(socketpair(AF_UNIX, SOCK_DGRAM, 0, c.ends) == 0); c.keeps_messages = true; break;
    case 5: RIGHT(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, c.ends) == 0); c.keeps_messages = true; break;
    case 6: tcp_pair(c.ends); break;
    }
    return c;
}

struct message { uint32_t number, length; uint64_t bytes[448]; };

static int say_all(void *argument)
{
    struct channel *c = argument;
    close(c->ends[0]);
    for (long i = 0; i < c->count; i++) {
        struct message m = { .number = i, .length = 8 + 8 * pick(446) };
        law_fill(m.bytes, m.length - 8, i + 1);
        RIGHT(full_write(c->ends[1], &m, m.length));
        rest();
    }
    return 0;
}

static void hear_all(struct channel *c)
{
    for (long i = 0; i < c->count; i++) {
        struct message m;
        if (pick(3) == 0) {
            struct pollfd one = { .fd = c->ends[0], .events = POLLIN };
            while (poll(&one, 1, pick(2) ? -1 : 50) <= 0) { }
        }
        if (c->keeps_messages) {
            ssize_t got;
            while ((got = read(c->ends[0], &m, sizeof m)) < 0 && errno == EINTR) { }
            if (!EQUAL(m.length, got)) return;
        } else if (!RIGHT(full_read(c->ends[0], &m, 8)) || !RIGHT(m.length <= sizeof m && full_read(c->ends[0], m.bytes, m.length - 8)))
            return;
        if (!EQUAL(i, m.number)) return;
        RIGHT(law_filled(m.bytes, m.length - 8, i + 1));
        rest();
    }
}

static int piece_talk(void)
{
    struct channel c = open_channel();
    pid_t child = offspring(say_all, &c);
    close(c.ends[1]);
    hear_all(&c);
    char more;
    // A datagram pair tells no end.
    if (!c.keeps_messages) EQUAL(0, read(c.ends[0], &more, 1));
    EQUAL(0, ending(child));
    return 0;
}

static int send_files(void *argument)
{
    struct channel *c = argument;
    for (long i = 0; i < c->count; i++) {
        int file = pick(2) ? memfd_create("sent", MFD_CLOEXEC) : scratch_file();
        uint64_t words[64];
        law_fill(words, sizeof words, i + 7);
        RIGHT(write(file, words, sizeof words) == sizeof words);
        char control[CMSG_SPACE(sizeof file)] = { 0 }, byte = (char)i;
        struct iovec vector = { &byte, 1 };
        struct msghdr header = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
        struct cmsghdr *c1 = CMSG_FIRSTHDR(&header);
        *c1 = (struct cmsghdr) { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof file) };
        memcpy(CMSG_DATA(c1), &file, sizeof file);
        ssize_t sent;
        while ((sent = sendmsg(c->ends[1], &header, 0)) < 0 && errno == EINTR) { }
        EQUAL(1, sent);
        close(file);
        rest();
    }
    return 0;
}

static int piece_send_files(void)
{
    struct channel c = { .count = 1 + pick(12) };
    RIGHT(socketpair(AF_UNIX, pick(2) ? SOCK_STREAM : SOCK_SEQPACKET, 0, c.ends) == 0);
    pid_t child = offspring(send_files, &c);
    for (long i = 0; i < c.count; i++) {
        int file = -1;
        char control[CMSG_SPACE(sizeof file)], byte;
        struct iovec vector = { &byte, 1 };
        struct msghdr header = { .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
        rest();
        ssize_t got;
        while ((got = recvmsg(c.ends[0], &header, 0)) < 0 && errno == EINTR) { }
        if (!EQUAL(1, got) || !EQUAL((char)i, byte)) break;
        struct cmsghdr *c1 = CMSG_FIRSTHDR(&header);
        if (!RIGHT(c1 && c1->cmsg_type == SCM_RIGHTS)) break;
        memcpy(&file, CMSG_DATA(c1), sizeof file);
        uint64_t words[64];
        EQUAL(sizeof words, lseek(file, 0, SEEK_CUR));
        RIGHT(pread(file, words, sizeof words, 0) == sizeof words && law_filled(words, sizeof words, i + 7));
        close(file);
    }
    EQUAL(0, ending(child));
    return 0;
}

static int copy_terminal(void *argument)
{
    const char *name = argument;
    RIGHT(setsid() == getpid());
    int terminal = open(name, O_RDWR);
    if (!RIGHT(terminal >= 0)) return 1;
    RIGHT(ioctl(terminal, TIOCSCTTY, 0) == 0);
    EQUAL(getpid(), tcgetpgrp(terminal));
    char line[256];
    for (;;) {
        ssize_t got = read(terminal, line, sizeof line);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return 1;
        if (line[0] == 'e') return 7;
        rest();
        RIGHT(full_write(terminal, line, got));
    }
}

static int piece_terminal(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (!RIGHT(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0)) return 0;
    char name[64];
    RIGHT(ptsname_r(master, name, sizeof name) == 0);
    int slave = open(name, O_RDWR | O_NOCTTY);
    struct termios t;
    RIGHT(tcgetattr(slave, &t) == 0);
    if (pick(2)) cfmakeraw(&t);
    t.c_lflag &= ~ECHO;
    t.c_oflag &= ~OPOST;
    RIGHT(tcsetattr(slave, TCSANOW, &t) == 0);
    pid_t child = offspring(copy_terminal, name);
    for (int64_t until = a_while(); goes_on(until);) {
        char line[200], back[200];
        int length = 2 + pick(100);
        for (int i = 0; i < length - 1; i++) line[i] = 'f' + pick(20);
        line[length - 1] = '\n';
        RIGHT(full_write(master, line, length));
        rest();
        if (!RIGHT(full_read(master, back, length)) || !RIGHT(memcmp(line, back, length) == 0)) break;
    }
    RIGHT(full_write(master, "e\n", 2));
    EQUAL(7 << 8, ending(child));
    struct termios now;
    RIGHT(tcgetattr(slave, &now) == 0 && now.c_lflag == t.c_lflag && now.c_iflag == t.c_iflag && now.c_oflag == t.c_oflag);
    return 0;
}

static int hear_signals(void *argument)
{
    long count = *(long *)argument;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 3);
    int file = pick(2) ? signalfd(-1, &set, SFD_CLOEXEC) : -1;
    for (long i = 0; i < count; i++) {
        int value = -1;
        if (file >= 0) {
            struct signalfd_siginfo info;
            if (!RIGHT(full_read(file, &info, sizeof info))) return 1;
            value = info.ssi_int;
            EQUAL(getppid(), info.ssi_pid);
        } else {
            siginfo_t info;
            struct timespec limit = { 100, 0 };
            int got;
            while ((got = pick(2) ? sigwaitinfo(&set, &info) : sigtimedwait(&set, &info, &limit)) < 0 && errno == EINTR) { }
            if (!EQUAL(SIGRTMIN + 3, got)) return 1;
            value = info.si_value.sival_int;
            EQUAL(getppid(), info.si_pid);
        }
        EQUAL(i, value);
        rest();
    }
    return 0;
}

static int piece_signals(void)
{
    long count = 1 + pick(60);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 3);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pid_t child = offspring(hear_signals, &count);
    for (long i = 0; i < count; i++) {
        RIGHT(sigqueue(child, SIGRTMIN + 3, (union sigval) { .sival_int = i }) == 0);
        rest();
    }
    EQUAL(0, ending(child));
    return 0;
}

static int add_to_counters(void *argument)
{
    int *files = argument;
    for (int i = 0; i < 40; i++) {
        uint64_t one = 1;
        RIGHT(full_write(files[i % 2], &one, sizeof one));
        rest();
    }
    return 0;
}

static int piece_epoll(void)
{
    int files[3] = { eventfd(0, 0), eventfd(0, EFD_SEMAPHORE), epoll_create1(EPOLL_CLOEXEC) };
    for (int i = 0; i < 2; i++) {
        struct epoll_event event = { .events = EPOLLIN | (pick(2) ? EPOLLONESHOT : 0), .data.u64 = 0x1234567800 + i };
        RIGHT(epoll_ctl(files[2], EPOLL_CTL_ADD, files[i], &event) == 0);
    }
    pid_t child = offspring(add_to_counters, files);
    for (int sum = 0; sum < 40;) {
        struct epoll_event event;
        int got = epoll_wait(files[2], &event, 1, pick(2) ? -1 : 10000);
        if (got < 0 && errno == EINTR) continue;
        if (!EQUAL(1, got)) break;
        int which = event.data.u64 - 0x1234567800;
        uint64_t value = 0;
        if (!RIGHT(which == 0 || which == 1) || !RIGHT(full_read(files[which], &value, sizeof value))) break;
        if (which == 1) EQUAL(1, value);
        sum += value;
        event.events = EPOLLIN | (pick(2) ? EPOLLONESHOT : 0);
        RIGHT(epoll_ctl(files[2], EPOLL_CTL_MOD, files[which], &event) == 0);
    }
    EQUAL(0, ending(child));
    return 0;
}
