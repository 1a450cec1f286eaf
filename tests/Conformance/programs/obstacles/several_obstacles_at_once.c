// Several obstacles are listed at once: an inotify watch, a TCP connection, and an epoll that a child has too.
// obstacle: inotify
// obstacle: shared-descriptor
// obstacle: tcp
#include "law.h"
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    MUST(inotify_add_watch(MUST(inotify_init1(0)), law_directory, IN_MOVED_FROM));
    int listener = MUST(socket(AF_INET, SOCK_STREAM, 0)), client = MUST(socket(AF_INET, SOCK_STREAM, 0));
    struct sockaddr_in address = { AF_INET, 0, { htonl(INADDR_LOOPBACK) }, { 0 } };
    socklen_t length = sizeof address;
    MUST(bind(listener, (struct sockaddr *)&address, length));
    MUST(listen(listener, 1));
    MUST(getsockname(listener, (struct sockaddr *)&address, &length));
    MUST(connect(client, (struct sockaddr *)&address, length));
    MUST(epoll_create1(0));
    pid_t child = MUST(fork());
    if (child == 0) for (;;) pause();
    law_move();
    SAME(0, kill(child, SIGKILL));
    SAME(child, waitpid(child, NULL, 0));
    return law_verdict();
}
