// An eventfd, a timerfd and a TCP listener that were opened before a fork are one for all that have them.
// law: far
#include "law.h"
#include <arpa/inet.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

int main(void)
{
    law_begin();
    int counter = MUST(eventfd(3, EFD_NONBLOCK)), timer = MUST(timerfd_create(CLOCK_MONOTONIC, 0));
    int listener = MUST(socket(AF_INET, SOCK_STREAM, 0)), go[2], done[2];
    struct sockaddr_in address = { AF_INET, 0, { htonl(INADDR_LOOPBACK) }, { 0 } }, after;
    socklen_t length = sizeof address;
    MUST(bind(listener, (struct sockaddr *)&address, length));
    MUST(listen(listener, 5));
    MUST(getsockname(listener, (struct sockaddr *)&address, &length));
    MUST(pipe(go));
    MUST(pipe(done));
    pid_t child = MUST(fork());
    if (child == 0) {
        char byte;
        uint64_t value = 0;
        close(go[1]);
        while (read(go[0], &byte, 1) != 0) { }
        SAME(8, read(counter, &value, 8));
        SAME(7, value);
        int client = MUST(accept(listener, NULL, NULL));
        MUST(write(client, "!", 1));
        SAME(8, read(timer, &value, 8));
        SAME(1, value);
        _exit(law_verdict());
    }
    close(go[0]);
    law_move();
    uint64_t four = 4;
    SAME(8, write(counter, &four, 8));
    length = sizeof after;
    MUST(getsockname(listener, (struct sockaddr *)&after, &length));
    SAME(address.sin_port, after.sin_port);
    int client = MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(client, (struct sockaddr *)&address, sizeof address));
    struct itimerspec soon = { { 0, 0 }, { 0, 20000000 } };
    MUST(timerfd_settime(timer, 0, &soon, NULL));
    close(listener);
    close(go[1]);
    char byte = 0;
    SAME(1, read(client, &byte, 1));
    SAME('!', byte);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    uint64_t value;
    HOLDS(read(counter, &value, 8) == -1 && errno == EAGAIN);
    return law_verdict();
}
