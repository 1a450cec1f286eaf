// An established TCP connection can't be carried.
// obstacle: tcp
#include "law.h"
#include <arpa/inet.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int listener = MUST(socket(AF_INET, SOCK_STREAM, 0)), client = MUST(socket(AF_INET, SOCK_STREAM, 0));
    struct sockaddr_in address = { AF_INET, 0, { htonl(INADDR_LOOPBACK) }, { 0 } };
    socklen_t length = sizeof address;
    MUST(bind(listener, (struct sockaddr *)&address, length));
    MUST(listen(listener, 1));
    MUST(getsockname(listener, (struct sockaddr *)&address, &length));
    MUST(connect(client, (struct sockaddr *)&address, length));
    int server = MUST(accept(listener, NULL, NULL));
    law_move();
    char text[8] = "";
    SAME(4, write(client, "ping", 4));
    SAME(4, read(server, text, 8));
    return law_verdict();
}
