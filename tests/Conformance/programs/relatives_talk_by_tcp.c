// A server and its forked client keep their TCP connection, what waits unread in it and that both may read at the same time.
// law: far lingers
#include "law.h"
#include "tcp.h"

int main(void)
{
    law_begin();
    union tcp_address address;
    int listener = tcp_listen(AF_INET, &address);
    pid_t child = MUST(fork());
    if (child == 0) {
        close(listener);
        int client = tcp_connect(&address);
        char text[32] = "";
        MUST(write(client, "first", 5));
        SAME(4, recv(client, text, 4, MSG_WAITALL));
        SAME_TEXT("ping", text);
        MUST(write(client, "pong", 4));
        SAME(0, read(client, text, 1));
        _exit(law_verdict());
    }
    int server = MUST(accept(listener, NULL, NULL));
    // A worker that has both as well, and takes what comes at the listener later.
    pid_t worker = MUST(fork());
    if (worker == 0) {
        char byte = 0;
        close(server);
        int next = accept(listener, NULL, NULL);
        while (read(next, &byte, 1) == 1) write(next, &byte, 1);
        _exit(0);
    }
    HOLDS(LAW_UNTIL(tcp_unread(server) == 5));
    int port = tcp_port(server, true);
    law_move();
    char text[8] = "";
    SAME(port, tcp_port(server, true));
    SAME(5, recv(server, text, sizeof text, 0));
    SAME_TEXT("first", text);
    SAME(4, write(server, "ping", 4));
    SAME(4, recv(server, text, 4, MSG_WAITALL));
    HOLDS(memcmp(text, "pong", 4) == 0);
    close(server);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    int again = tcp_connect(&address);
    SAME(1, write(again, "x", 1));
    SAME(1, read(again, text, 1));
    SAME('x', text[0]);
    close(again);
    SAME(worker, waitpid(worker, &status, 0));
    SAME(0, status);
    return law_verdict();
}
