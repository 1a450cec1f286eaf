// Options that a program sets on sockets are as it set them: buffers and their locks, checksums, filters and what else there is.
#include "law.h"
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sys/socket.h>

enum { ANY, TCP4, UDP4, UDP6, SOCKETS };
static const struct { int which, level, option, value; } options[] = {
    { TCP4, SOL_SOCKET, SO_REUSEPORT, 1 }, { TCP4, SOL_SOCKET, SO_DONTROUTE, 1 }, { TCP4, SOL_SOCKET, SO_PRIORITY, 4 },
    { TCP4, SOL_SOCKET, SO_RCVBUF, 50000 }, { TCP4, SOL_SOCKET, SO_MAX_PACING_RATE, 123456 }, { TCP4, SOL_SOCKET, SO_RCVLOWAT, 17 },
    { TCP4, IPPROTO_IP, IP_TOS, 0x10 }, { TCP4, IPPROTO_IP, IP_MINTTL, 3 }, { TCP4, IPPROTO_IP, IP_RECVTTL, 1 },
    { TCP4, IPPROTO_TCP, TCP_MAXSEG, 1200 }, { TCP4, IPPROTO_TCP, TCP_USER_TIMEOUT, 9000 }, { TCP4, IPPROTO_TCP, TCP_WINDOW_CLAMP, 40000 },
    { TCP4, IPPROTO_TCP, TCP_SAVE_SYN, 1 }, { TCP4, IPPROTO_TCP, TCP_INQ, 1 }, { TCP4, IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1 },
    { UDP4, SOL_SOCKET, SO_NO_CHECK, 1 }, { UDP4, SOL_SOCKET, SO_BUF_LOCK, 3 }, { UDP4, SOL_SOCKET, SO_BROADCAST, 1 },
    { UDP4, SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1 }, { UDP4, SOL_SOCKET, SO_TIMESTAMPNS, 1 }, { UDP4, SOL_SOCKET, SO_RXQ_OVFL, 1 },
    { UDP4, IPPROTO_IP, IP_RECVORIGDSTADDR, 1 }, { UDP4, IPPROTO_IP, IP_RECVTOS, 1 }, { UDP4, IPPROTO_IP, IP_RETOPTS, 1 },
    { UDP4, IPPROTO_IP, IP_MULTICAST_TTL, 5 }, { UDP4, IPPROTO_IP, IP_MULTICAST_ALL, 0 }, { UDP4, IPPROTO_UDP, UDP_CORK, 0 },
    { UDP4, IPPROTO_UDP, UDP_SEGMENT, 900 },
    { UDP6, SOL_SOCKET, SO_SNDBUF, 30000 }, { UDP6, SOL_SOCKET, SO_BUF_LOCK, 0 }, { UDP6, SOL_SOCKET, SO_TIMESTAMP_NEW, 1 },
    { UDP6, IPPROTO_IPV6, IPV6_V6ONLY, 1 }, { UDP6, IPPROTO_IPV6, IPV6_DONTFRAG, 1 }, { UDP6, IPPROTO_IPV6, IPV6_RECVPATHMTU, 1 },
    { UDP6, IPPROTO_IPV6, IPV6_RECVRTHDR, 1 }, { UDP6, IPPROTO_IPV6, IPV6_MINHOPCOUNT, 7 }, { UDP6, IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, 0 },
    { UDP6, IPPROTO_UDP, 101, 1 }, { UDP6, IPPROTO_UDP, 102, 1 },
};
#define COUNT ((int)(sizeof options / sizeof *options))

static int get(int fd, int level, int option)
{
    int value = -12345;
    socklen_t length = sizeof value;
    return getsockopt(fd, level, option, &value, &length) < 0 ? -errno : value;
}

int main(void)
{
    law_begin();
    int fds[SOCKETS], before[COUNT], locks[SOCKETS];
    fds[TCP4] = MUST(socket(AF_INET, SOCK_STREAM, 0));
    fds[UDP4] = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    fds[UDP6] = socket(AF_INET6, SOCK_DGRAM, 0);
    fds[ANY] = MUST(socket(AF_INET, SOCK_STREAM, 0));
    // What this kernel does not know it need not keep.
    for (int i = 0; i < COUNT; i++) setsockopt(fds[options[i].which], options[i].level, options[i].option, &options[i].value, sizeof(int));
    // Accepts all but datagrams of one byte (and the headers).
    struct sock_filter code[] = { { BPF_LD | BPF_W | BPF_LEN, 0, 0, 0 }, { BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 9 }, { BPF_RET | BPF_K, 0, 0, 0 }, { BPF_RET | BPF_K, 0, 0, 0xffff } };
    struct sock_fprog program = { 4, code };
    MUST(setsockopt(fds[UDP4], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program));
    int on = 1;
    MUST(setsockopt(fds[UDP4], SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof on));
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    MUST(bind(fds[UDP4], (struct sockaddr *)&address, sizeof address));
    MUST(getsockname(fds[UDP4], (struct sockaddr *)&address, &length));
    for (int i = 0; i < COUNT; i++) before[i] = get(fds[options[i].which], options[i].level, options[i].option);
    for (int i = 0; i < SOCKETS; i++) locks[i] = get(fds[i], SOL_SOCKET, 72);
    law_move();
    for (int i = 0; i < COUNT; i++) {
        int after = get(fds[options[i].which], options[i].level, options[i].option);
        if (after != before[i]) dprintf(2, "option %d/%d\n", options[i].level, options[i].option);
        SAME(before[i], after);
    }
    for (int i = 0; i < SOCKETS; i++) SAME(locks[i], get(fds[i], SOL_SOCKET, 72));
    SAME(1, get(fds[UDP4], SOL_SOCKET, SO_LOCK_FILTER));
    struct sock_filter after[8] = { 0 };
    length = 8;
    MUST(getsockopt(fds[UDP4], SOL_SOCKET, SO_GET_FILTER, after, &length));
    HOLDS(length == 4 && memcmp(after, code, sizeof code) == 0);
    HOLDS(setsockopt(fds[UDP4], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == -1 && errno == EPERM);
    int sender = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    SAME(1, sendto(sender, "x", 1, 0, (struct sockaddr *)&address, sizeof address));
    SAME(2, sendto(sender, "yz", 2, 0, (struct sockaddr *)&address, sizeof address));
    char text[8];
    SAME(2, recv(fds[UDP4], text, sizeof text, 0));
    return law_verdict();
}
