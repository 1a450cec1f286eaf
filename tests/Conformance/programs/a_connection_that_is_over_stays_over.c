// A TCP connection that is over but not closed reads as ended and refuses writes after the move, however it ended.
#include "law.h"
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

static int listener;
static struct sockaddr_in address = { .sin_family = AF_INET };

static void make_connection(int ends[2])
{
    ends[0] = MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(connect(ends[0], (struct sockaddr *)&address, sizeof address));
    ends[1] = MUST(accept(listener, NULL, NULL));
    // Some options that a connection changes by itself, or its program.
    int on = 1, size = 20000;
    MUST(setsockopt(ends[0], IPPROTO_TCP, 1, &on, sizeof on));
    MUST(setsockopt(ends[0], SOL_SOCKET, SO_RCVBUF, &size, sizeof size));
    char text[4];
    MUST(write(ends[0], "ask", 3));
    MUST(read(ends[1], text, 3));
    MUST(write(ends[1], "ok", 2));
    MUST(read(ends[0], text, 2));
}

static int revents(int fd)
{
    struct pollfd entry = { fd, POLLIN | POLLOUT | POLLRDHUP, 0 };
    MUST(poll(&entry, 1, 0));
    return entry.revents;
}

int main(void)
{
    law_begin();
    signal(SIGPIPE, SIG_IGN);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    listener = MUST(socket(AF_INET, SOCK_STREAM, 0));
    MUST(bind(listener, (struct sockaddr *)&address, sizeof address));
    MUST(listen(listener, 5));
    MUST(getsockname(listener, (struct sockaddr *)&address, &length));

    int fds[5], ends[2], error;
    char text[8];
    // Both sides have said goodbye.
    make_connection(ends);
    MUST(shutdown(ends[0], SHUT_RDWR));
    close(ends[1]);
    fds[0] = ends[0];
    // The other side has said it first.
    make_connection(ends);
    close(ends[1]);
    SAME(0, read(ends[0], text, sizeof text));
    MUST(shutdown(ends[0], SHUT_WR));
    fds[1] = ends[0];
    // It was reset, and the program has seen that.
    make_connection(ends);
    struct linger reset = { 1, 0 };
    MUST(setsockopt(ends[1], SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
    close(ends[1]);
    HOLDS(LAW_UNTIL(revents(ends[0]) & POLLERR));
    length = sizeof error;
    MUST(getsockopt(ends[0], SOL_SOCKET, SO_ERROR, &error, &length));
    SAME(ECONNRESET, error);
    fds[2] = ends[0];
    // The accepted end.
    make_connection(ends);
    MUST(setsockopt(ends[0], SOL_SOCKET, SO_LINGER, &reset, sizeof reset));
    close(ends[0]);
    HOLDS(LAW_UNTIL(revents(ends[1]) & POLLERR));
    SAME(-1, read(ends[1], text, sizeof text));
    fds[3] = ends[1];
    close(listener);
    // Nobody was there.
    fds[4] = MUST(socket(AF_INET, SOCK_STREAM, 0));
    HOLDS(connect(fds[4], (struct sockaddr *)&address, sizeof address) == -1 && errno == ECONNREFUSED);
    for (int i = 0; i < 4; i++) HOLDS(LAW_UNTIL(revents(fds[i]) == (POLLIN | POLLOUT | POLLHUP | POLLRDHUP)));

    law_move();
    for (int i = 0; i < 4; i++) {
        SAME(POLLIN | POLLOUT | POLLHUP | POLLRDHUP, revents(fds[i]));
        SAME(0, read(fds[i], text, sizeof text));
        HOLDS(write(fds[i], "again", 5) == -1 && errno == EPIPE);
        HOLDS(getpeername(fds[i], (struct sockaddr *)&address, &length) == -1 && errno == ENOTCONN);
        length = sizeof error;
        MUST(getsockopt(fds[i], SOL_SOCKET, SO_ERROR, &error, &length));
        SAME(0, error);
    }
    HOLDS(read(fds[4], text, sizeof text) == -1 && errno == ENOTCONN);
    return law_verdict();
}
