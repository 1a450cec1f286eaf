// A listening TCP socket keeps address, port and options, and takes new connections.
#include "law.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int fd = MUST(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), on = 1;
    MUST(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    MUST(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
    struct sockaddr_in address = { AF_INET, 0, { htonl(INADDR_LOOPBACK) }, { 0 } }, after = { 0 };
    socklen_t length = sizeof address;
    MUST(bind(fd, (struct sockaddr *)&address, sizeof address));
    MUST(listen(fd, 7));
    MUST(getsockname(fd, (struct sockaddr *)&address, &length));
    law_move();
    MUST(getsockname(fd, (struct sockaddr *)&after, &length));
    SAME(address.sin_port, after.sin_port);
    SAME(address.sin_addr.s_addr, after.sin_addr.s_addr);
    SAME(O_RDWR | O_NONBLOCK, fcntl(fd, F_GETFL));
    on = 0;
    length = sizeof on;
    MUST(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, &length));
    SAME(1, on);
    MUST(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &length));
    HOLDS(on != 0);
    int client = MUST(socket(AF_INET, SOCK_STREAM, 0));
    SAME(0, connect(client, (struct sockaddr *)&address, sizeof address));
    int server = accept(fd, NULL, NULL);
    HOLDS(server >= 0);
    SAME(4, write(client, "ping", 4));
    char text[8];
    SAME(4, read(server, text, sizeof text));
    return law_verdict();
}
