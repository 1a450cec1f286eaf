// Unix datagram sockets with names keep their default peers and what waits unread, with the names of its senders.
// law: far
#include "law.h"
#include <sys/socket.h>
#include <sys/un.h>

static int make(struct sockaddr_un *address, const char *name, bool bound)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    snprintf(address->sun_path, sizeof address->sun_path, "%s", law_path(name));
    int fd = MUST(socket(AF_UNIX, SOCK_DGRAM, 0));
    if (bound) MUST(bind(fd, (struct sockaddr *)address, sizeof *address));
    return fd;
}

int main(void)
{
    law_begin();
    struct sockaddr_un a, b, none, gone;
    int one = make(&a, "one", true), two = make(&b, "two", true), nameless = make(&none, "none", false), dead = make(&gone, "gone", true);
    MUST(connect(two, (struct sockaddr *)&a, sizeof a));
    MUST(write(two, "from two", 8));
    MUST(sendto(nameless, "nameless", 8, 0, (struct sockaddr *)&a, sizeof a));
    MUST(sendto(dead, "", 0, 0, (struct sockaddr *)&a, sizeof a));
    close(dead);
    unlink(gone.sun_path);
    pid_t child = MUST(fork());
    if (child == 0) {
        close(one);
        while (access(law_path("go"), F_OK) != 0) law_sleep_ms(2);
        SAME(5, write(two, "later", 5));
        _exit(law_verdict());
    }
    law_move();
    char text[16] = "";
    struct sockaddr_un from = { 0 };
    socklen_t length = sizeof from;
    SAME(8, recvfrom(one, text, sizeof text, 0, (struct sockaddr *)&from, &length));
    SAME_TEXT("from two", text);
    SAME_TEXT(b.sun_path, from.sun_path);
    length = sizeof from;
    SAME(8, recvfrom(one, text, sizeof text, 0, (struct sockaddr *)&from, &length));
    SAME_TEXT("nameless", text);
    HOLDS(length <= 2);
    length = sizeof from;
    memset(&from, 0, sizeof from);
    SAME(0, recvfrom(one, text, sizeof text, 0, (struct sockaddr *)&from, &length));
    SAME_TEXT(gone.sun_path, from.sun_path);
    HOLDS(access(gone.sun_path, F_OK) != 0);
    memset(text, 0, sizeof text);
    SAME(5, recv(one, text, sizeof text, 0));
    SAME_TEXT("later", text);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
