// A unix connection of a process with itself, made by a relative name, keeps name and what waits; its listener takes new ones.
#include "law.h"
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
    law_begin();
    MUST(chdir(law_directory));
    struct sockaddr_un address = { AF_UNIX, "inner.sock" };
    int listener = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(bind(listener, (struct sockaddr *)&address, sizeof address));
    MUST(listen(listener, 5));
    int client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(connect(client, (struct sockaddr *)&address, sizeof address));
    int server = MUST(accept(listener, NULL, NULL));
    MUST(write(client, "to server", 9));
    MUST(write(server, "to client", 9));
    law_move();
    char text[16] = "";
    SAME(9, read(server, text, sizeof text));
    SAME_TEXT("to server", text);
    SAME(9, read(client, text, sizeof text));
    SAME_TEXT("to client", text);
    struct sockaddr_un name = { 0 };
    socklen_t length = sizeof name;
    MUST(getpeername(client, (struct sockaddr *)&name, &length));
    SAME_TEXT("inner.sock", name.sun_path);
    memset(&name, 0, sizeof name);
    MUST(getsockname(server, (struct sockaddr *)&name, &length));
    SAME_TEXT("inner.sock", name.sun_path);
    int second = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    SAME(0, connect(second, (struct sockaddr *)&address, sizeof address));
    int next = MUST(accept(listener, NULL, NULL));
    SAME(1, write(second, "x", 1));
    SAME(1, read(next, text, 1));
    return law_verdict();
}
