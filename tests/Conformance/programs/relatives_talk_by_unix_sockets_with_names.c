// Relatives keep unix connections by path and by abstract name, of both kinds, with what waits; who waits to be accepted is accepted.
// law: far
#include "law.h"
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct sockaddr_un address[3];
static socklen_t length[3];

static int reach(int i)
{
    int client = MUST(socket(AF_UNIX, i == 2 ? SOCK_SEQPACKET : SOCK_STREAM, 0));
    MUST(connect(client, (struct sockaddr *)&address[i], length[i]));
    return client;
}

static int unread(int fd) { int n = -1; ioctl(fd, FIONREAD, &n); return n; }

int main(void)
{
    law_begin();
    int listener[3], server[3], clients[3], waiting[2];
    for (int i = 0; i < 3; i++) {
        address[i].sun_family = AF_UNIX;
        if (i == 0) snprintf(address[i].sun_path, sizeof address[i].sun_path, "%s", law_path("by.path"));
        else snprintf(address[i].sun_path + 1, sizeof address[i].sun_path - 1, "yadokari-law-%d-%d", i, getpid());
        length[i] = i == 0 ? sizeof address[i] : offsetof(struct sockaddr_un, sun_path) + 1 + strlen(address[i].sun_path + 1);
        listener[i] = MUST(socket(AF_UNIX, i == 2 ? SOCK_SEQPACKET : SOCK_STREAM, 0));
        MUST(bind(listener[i], (struct sockaddr *)&address[i], length[i]));
        MUST(listen(listener[i], 5));
    }
    pid_t child = MUST(fork());
    if (child == 0) {
        char text[16] = "";
        for (int i = 0; i < 3; i++) {
            close(listener[i]);
            clients[i] = reach(i);
            MUST(write(clients[i], "hello", 5));
        }
        for (int i = 0; i < 3; i++) {
            SAME(4, recv(clients[i], text, 4, 0));
            SAME_TEXT("back", text);
            struct sockaddr_un name = { 0 };
            socklen_t size = sizeof name;
            MUST(getpeername(clients[i], (struct sockaddr *)&name, &size));
            HOLDS(memcmp(name.sun_path, address[i].sun_path, sizeof name.sun_path) == 0);
            MUST(write(clients[i], "end", 3));
        }
        _exit(law_verdict());
    }
    for (int i = 0; i < 3; i++) {
        server[i] = MUST(accept(listener[i], NULL, NULL));
        HOLDS(LAW_UNTIL(unread(server[i]) == 5));
    }
    for (int i = 0; i < 2; i++) waiting[i] = reach(0);
    law_move();
    for (int i = 0; i < 2; i++) {
        char byte = 0;
        int accepted = MUST(accept(listener[0], NULL, NULL));
        SAME(1, write(waiting[i], i ? "b" : "a", 1));
        SAME(1, read(accepted, &byte, 1));
        SAME(i ? 'b' : 'a', byte);
    }
    for (int i = 0; i < 3; i++) {
        char text[16] = "";
        SAME(5, recv(server[i], text, sizeof text, 0));
        SAME_TEXT("hello", text);
        SAME(4, write(server[i], "back", 4));
        memset(text, 0, sizeof text);
        SAME(3, recv(server[i], text, sizeof text, 0));
        SAME_TEXT("end", text);
    }
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    for (int i = 0; i < 3; i++) {
        int client = reach(i), accepted = MUST(accept(listener[i], NULL, NULL));
        char byte;
        SAME(1, write(client, "x", 1));
        SAME(1, read(accepted, &byte, 1));
    }
    return law_verdict();
}
