// A bound UDP socket keeps its port and receives after the move.
#include "law.h"
#include <arpa/inet.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int fd = MUST(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    struct sockaddr_in address = { AF_INET, 0, { htonl(INADDR_LOOPBACK) }, { 0 } }, after = { 0 };
    socklen_t length = sizeof address;
    MUST(bind(fd, (struct sockaddr *)&address, sizeof address));
    MUST(getsockname(fd, (struct sockaddr *)&address, &length));
    law_move();
    MUST(getsockname(fd, (struct sockaddr *)&after, &length));
    SAME(address.sin_port, after.sin_port);
    int sender = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    SAME(4, sendto(sender, "ping", 4, 0, (struct sockaddr *)&address, sizeof address));
    char text[8];
    SAME(4, recv(fd, text, sizeof text, 0));
    return law_verdict();
}
