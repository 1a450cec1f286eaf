// A unix datagram socket whose peer was closed keeps what waits in it, and is told of it by its next message; one whose peer's name is another's by now is still connected to its own.
#include "law.h"
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un name(const char *file)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", law_path(file));
    return address;
}

static int bound(const char *file)
{
    struct sockaddr_un address = name(file);
    int made = MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
    MUST(bind(made, (struct sockaddr *)&address, sizeof address));
    return made;
}

static void reach(int from, const char *file)
{
    struct sockaddr_un address = name(file);
    MUST(connect(from, (struct sockaddr *)&address, sizeof address));
}

static void told(int end)
{
    SAME(-1, send(end, "x", 1, MSG_NOSIGNAL));
    SAME(ECONNREFUSED, errno);
    SAME(-1, send(end, "x", 1, MSG_NOSIGNAL));
    SAME(ENOTCONN, errno);
}

int main(void)
{
    law_begin();
    char bytes[8];
    int pair[2];
    MUST(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    SAME(3, write(pair[0], "abc", 3));
    SAME(0, write(pair[0], "", 0));
    MUST(close(pair[0]));

    int service = bound("service"), client = MUST(socket(AF_UNIX, SOCK_DGRAM, 0)), both = bound("both");
    reach(client, "service");
    reach(both, "service");
    reach(service, "both");
    SAME(2, send(service, "de", 2, 0));
    MUST(close(service));

    int removed = bound("again"), known = MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
    reach(known, "again");
    MUST(unlink(law_path("again")));
    int other = bound("again");

    law_move();

    SAME(3, recv(pair[1], bytes, sizeof bytes, MSG_DONTWAIT));
    SAME(0, recv(pair[1], bytes, sizeof bytes, MSG_DONTWAIT));
    told(pair[1]);
    told(client);
    SAME(2, recv(both, bytes, sizeof bytes, MSG_DONTWAIT));
    told(both);
    SAME(1, send(known, "y", 1, 0));
    SAME(1, recv(removed, bytes, sizeof bytes, MSG_DONTWAIT));
    SAME(-1, recv(other, bytes, sizeof bytes, MSG_DONTWAIT));
    struct sockaddr_un told = { 0 }, own = name("again");
    socklen_t length = sizeof told;
    MUST(getpeername(known, (struct sockaddr *)&told, &length));
    HOLDS(strcmp(told.sun_path, own.sun_path) == 0);
    return law_verdict();
}
