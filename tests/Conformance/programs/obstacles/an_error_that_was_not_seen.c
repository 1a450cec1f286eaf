// A connection whose reset the program has not seen yet can't be carried: who asks for the error takes it away.
// obstacle: socket-error
#include "../law.h"
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = MUST(socket(AF_INET, SOCK_STREAM, 0)), client = MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(bind(listener, (struct sockaddr *)&address, sizeof address));
    MUST(listen(listener, 1));
    MUST(getsockname(listener, (struct sockaddr *)&address, &length));
    MUST(connect(client, (struct sockaddr *)&address, sizeof address));
    int server = MUST(accept(listener, NULL, NULL));
    struct linger reset = { 1, 0 };
    MUST(setsockopt(server, SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
    close(server);
    struct pollfd entry = { client, POLLIN, 0 };
    HOLDS(LAW_UNTIL(poll(&entry, 1, 10) == 1 && (entry.revents & POLLERR)));
    law_move();
    char byte;
    HOLDS(read(client, &byte, 1) == -1 && errno == ECONNRESET);
    return law_verdict();
}
