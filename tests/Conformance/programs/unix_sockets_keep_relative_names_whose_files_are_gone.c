// A unix socket keeps the relative name that it was bound to when its file is removed, and those that are connected to it.
// law: far root
#include "law.h"
#include <sys/socket.h>
#include <sys/un.h>

static const char *const bound[] = { "gone.sock", "../up.sock", "sub/../sub/deep.sock", "again.sock", "again.sock" };
static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_DGRAM, SOCK_DGRAM };

static void check_name(int fd, int (*ask)(int, struct sockaddr *, socklen_t *), const char *expected)
{
    struct sockaddr_un name = { 0 };
    socklen_t length = sizeof name;
    SAME(0, ask(fd, (struct sockaddr *)&name, &length));
    SAME_TEXT(expected, name.sun_path);
}

int main(void)
{
    law_begin();
    MUST(chdir(law_directory));
    MUST(mkdir("first", 0700));
    MUST(mkdir("first/sub", 0700));
    MUST(chdir("first"));
    int sockets[5], client[5], server[5], waiting = -1;
    for (int i = 0; i < 5; i++) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        strcpy(address.sun_path, bound[i]);
        sockets[i] = MUST(socket(AF_UNIX, types[i], 0));
        MUST(bind(sockets[i], (struct sockaddr *)&address, sizeof address));
        if (types[i] != SOCK_DGRAM) MUST(listen(sockets[i], 5));
        client[i] = MUST(socket(AF_UNIX, types[i], 0));
        MUST(connect(client[i], (struct sockaddr *)&address, sizeof address));
        server[i] = types[i] == SOCK_DGRAM ? sockets[i] : MUST(accept(sockets[i], NULL, NULL));
        if (i == 0) {
            waiting = MUST(socket(AF_UNIX, types[i], 0));
            MUST(connect(waiting, (struct sockaddr *)&address, sizeof address));
        }
        MUST(unlink(bound[i]));
        MUST(write(client[i], bound[i], 4));
    }
    MUST(rmdir("sub"));
    MUST(chdir(".."));
    law_move();
    for (int i = 0; i < 5; i++) {
        char text[8] = "";
        check_name(sockets[i], getsockname, bound[i]);
        check_name(server[i], getsockname, bound[i]);
        check_name(client[i], getpeername, bound[i]);
        SAME(4, recv(server[i], text, sizeof text, MSG_DONTWAIT));
        SAME(0, memcmp(text, bound[i], 4));
        SAME(3, write(client[i], "new", 3));
        SAME(3, recv(server[i], text, sizeof text, MSG_DONTWAIT));
    }
    int accepted = MUST(accept(sockets[0], NULL, NULL));
    char byte = 0;
    SAME(1, write(waiting, "w", 1));
    SAME(1, recv(accepted, &byte, 1, MSG_DONTWAIT));
    SAME(-1, access("first/gone.sock", F_OK));
    SAME(-1, access("up.sock", F_OK));
    SAME(0, rmdir("first"));
    return law_verdict();
}
