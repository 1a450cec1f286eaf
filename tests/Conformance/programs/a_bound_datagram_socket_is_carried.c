// Unix datagram sockets bound to a path and to an abstract name keep their names and connections.
#include "law.h"
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
    law_begin();
    MUST(chdir(law_directory));
    struct sockaddr_un path = { AF_UNIX, "datagrams.sock" }, abstract = { AF_UNIX, "" };
    snprintf(abstract.sun_path + 1, 100, "yadokari-dgram-%d", getpid());
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(abstract.sun_path + 1);
    int by_path = MUST(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)), by_name = MUST(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
    MUST(bind(by_path, (struct sockaddr *)&path, sizeof path));
    MUST(bind(by_name, (struct sockaddr *)&abstract, length));
    int sender = MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
    MUST(connect(sender, (struct sockaddr *)&path, sizeof path));
    law_move();
    char text[16];
    SAME(3, send(sender, "new", 3, 0));
    SAME(3, recv(by_path, text, sizeof text, 0));
    SAME(5, sendto(sender, "other", 5, 0, (struct sockaddr *)&abstract, length));
    SAME(5, recv(by_name, text, sizeof text, 0));
    return law_verdict();
}
