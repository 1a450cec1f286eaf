// Listening unix sockets, by path and abstract, take new connections after the move.
#include "law.h"
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un address[2];
static socklen_t lengths[2];

static int listen_at(int i)
{
    int fd = MUST(socket(AF_UNIX, SOCK_STREAM | (i ? SOCK_NONBLOCK : 0), 0));
    MUST(bind(fd, (struct sockaddr *)&address[i], lengths[i]));
    MUST(listen(fd, 5));
    return fd;
}

int main(void)
{
    law_begin();
    for (int i = 0; i < 2; i++) {
        address[i].sun_family = AF_UNIX;
        // A path must be short; the directory is the working directory too.
        if (i) snprintf(address[i].sun_path + 1, 100, "yadokari-%d", getpid()); else strcpy(address[i].sun_path, "listen.sock");
        lengths[i] = offsetof(struct sockaddr_un, sun_path) + i + strlen(address[i].sun_path + i);
    }
    MUST(chdir(law_directory));
    int fds[2] = { listen_at(0), listen_at(1) };
    law_move();
    for (int i = 0; i < 2; i++) {
        struct sockaddr_un own = { 0 };
        socklen_t length = sizeof own;
        MUST(getsockname(fds[i], (struct sockaddr *)&own, &length));
        HOLDS(memcmp(own.sun_path, address[i].sun_path, 20) == 0);
        int on = 0;
        length = sizeof on;
        MUST(getsockopt(fds[i], SOL_SOCKET, SO_ACCEPTCONN, &on, &length));
        SAME(1, on);
        SAME(O_RDWR | (i ? O_NONBLOCK : 0), fcntl(fds[i], F_GETFL));
        int client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
        SAME(0, connect(client, (struct sockaddr *)&address[i], lengths[i]));
        int server = accept(fds[i], NULL, NULL);
        HOLDS(server >= 0);
        SAME(2, write(client, "hi", 2));
        char text[4];
        SAME(2, read(server, text, sizeof text));
    }
    HOLDS(bind(MUST(socket(AF_UNIX, SOCK_STREAM, 0)), (struct sockaddr *)&address[0], lengths[0]) == -1 && errno == EADDRINUSE);
    return law_verdict();
}
