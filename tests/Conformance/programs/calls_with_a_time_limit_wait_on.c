// Calls on sockets with a time limit, and others that a signal would end, wait on: no EINTR without a signal.
// law: blocked
#include "law.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

static int pairs[4][2], listener;
static struct sockaddr_in address;

static void *in_read(void *unused)
{
    char text[8];
    SAME(5, read(pairs[0][0], text, sizeof text));
    return unused;
}

static void *in_readv(void *unused)
{
    char text[8];
    struct iovec one = { text, sizeof text };
    SAME(5, readv(pairs[1][0], &one, 1));
    return unused;
}

static void *in_recvmmsg(void *unused)
{
    char text[8];
    struct iovec one = { text, sizeof text };
    struct mmsghdr message = { .msg_hdr = { .msg_iov = &one, .msg_iovlen = 1 } };
    SAME(1, recvmmsg(pairs[2][0], &message, 1, 0, NULL));
    return unused;
}

static void *in_write(void *unused)
{
    static char much[4 << 20];
    long done = 0;
    while (done < (long)sizeof much)
    {
        long wrote = write(pairs[3][0], much + done, sizeof much - done);
        HOLDS(wrote > 0);
        if (wrote <= 0) break;
        done += wrote;
    }
    SAME((long)sizeof much, done);
    return unused;
}

static void *in_accept(void *unused)
{
    HOLDS(accept4(listener, NULL, NULL, 0) >= 0);
    return unused;
}

static void *in_sigwait(void *unused)
{
    struct timespec limit = { 600, 0 };
    SAME(SIGUSR2, sigtimedwait(&(sigset_t){ { 1ul << (SIGUSR2 - 1) } }, NULL, &limit));
    return unused;
}

int main(void)
{
    law_begin();
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    MUST_BE_0(pthread_sigmask(SIG_BLOCK, &blocked, NULL));
    struct timeval limit = { 600, 0 };
    for (int i = 0; i < 4; i++)
    {
        MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]));
        MUST(setsockopt(pairs[i][0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
        MUST(setsockopt(pairs[i][0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit));
    }
    listener = MUST(socket(AF_INET, SOCK_STREAM, 0));
    address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    MUST(bind(listener, (struct sockaddr *)&address, length));
    MUST(listen(listener, 4));
    MUST(getsockname(listener, (struct sockaddr *)&address, &length));
    MUST(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit));
    void *(*const waits[])(void *) = { in_read, in_readv, in_recvmmsg, in_write, in_accept, in_sigwait };
    enum { count = 6 };
    pthread_t threads[count];
    for (int i = 0; i < count; i++) MUST_BE_0(pthread_create(&threads[i], NULL, waits[i], NULL));
    law_move();
    for (int i = 0; i < 3; i++) MUST(write(pairs[i][1], "hello", 5));
    static char piece[65536];
    for (long got = 0; got < 4 << 20;)
    {
        long one = read(pairs[3][1], piece, sizeof piece);
        if (one <= 0) break;
        got += one;
    }
    int client = MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, (struct sockaddr *)&address, sizeof address));
    MUST_BE_0(pthread_kill(threads[5], SIGUSR2));
    for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
    return law_verdict();
}
