// A TCP connection whose port was chosen by the kernel, and is that of another connection that lingers (TIME_WAIT), goes on.
#include "law.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

static int listen_anywhere(struct sockaddr_in *here)
{
    socklen_t length = sizeof *here;
    *here = (struct sockaddr_in) { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int listener = MUST(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    MUST(bind(listener, (void *)here, sizeof *here));
    MUST(listen(listener, 1));
    MUST(getsockname(listener, (void *)here, &length));
    return listener;
}

// Who connects leaves the port to the kernel, which may only choose `port`; 0: any.
static int pair(int *accepted, uint16_t port)
{
    struct sockaddr_in there;
    int listener = listen_anywhere(&there), connected = MUST(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), on = 1;
    if (port) {
        struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        uint32_t range = (uint32_t)port << 16 | port;
        MUST(setsockopt(connected, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on));
        if (setsockopt(connected, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof range) != 0) law_skip("IP_LOCAL_PORT_RANGE");
        MUST(bind(connected, (void *)&any, sizeof any));
    }
    MUST(connect(connected, (void *)&there, sizeof there));
    *accepted = MUST(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
    close(listener);
    return connected;
}

static void talk(int from, int to, char what)
{
    char byte = 0;
    SAME(1, write(from, &what, 1));
    SAME(1, read(to, &byte, 1));
    SAME(what, byte);
}

int main(void)
{
    law_begin();
    int accepted, brief;
    int connected = pair(&accepted, 0);
    struct sockaddr_in here;
    socklen_t length = sizeof here;
    MUST(getsockname(connected, (void *)&here, &length));
    // Of the two ends the one that was accepted has the lower number.
    int lower = MUST(dup(accepted)), higher = MUST(fcntl(connected, F_DUPFD_CLOEXEC, lower + 20));
    close(accepted);
    close(connected);
    // Who closes first lingers.
    int other = pair(&brief, ntohs(here.sin_port));
    close(other);
    char byte;
    SAME(0, read(brief, &byte, 1));
    close(brief);
    law_move();
    talk(lower, higher, 'a');
    talk(higher, lower, 'b');
    struct sockaddr_in now;
    length = sizeof now;
    MUST(getsockname(higher, (void *)&now, &length));
    SAME(here.sin_port, now.sin_port);
    return law_verdict();
}
