// A TCP socket that is connected with itself has no other end to be made.
// obstacle: tcp-connection
#include "law.h"
#include <netinet/in.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t length = sizeof address;
    int itself = MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(bind(itself, (struct sockaddr *)&address, sizeof address));
    MUST(getsockname(itself, (struct sockaddr *)&address, &length));
    MUST(connect(itself, (struct sockaddr *)&address, sizeof address));
    MUST(send(itself, "abc", 3, 0));
    law_move();
    char bytes[4];
    SAME(3, recv(itself, bytes, sizeof bytes, 0));
    return law_verdict();
}
