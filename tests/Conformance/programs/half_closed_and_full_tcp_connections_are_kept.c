// TCP connections stay half closed as they were; what a full one holds in all its queues comes in order, then its end.
#include "law.h"
#include "tcp.h"

static void fill(int socket, size_t *count)
{
    static unsigned char bytes[65536];
    fcntl(socket, F_SETFL, O_NONBLOCK);
    for (;;) {
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)((*count + i) * 7 >> 3);
        ssize_t n = write(socket, bytes, sizeof bytes);
        if (n < 0) break;
        *count += n;
    }
    fcntl(socket, F_SETFL, 0);
}

static size_t drain(int socket, size_t count)
{
    static unsigned char bytes[65536];
    size_t got = 0;
    while (got < count) {
        ssize_t n = read(socket, bytes, sizeof bytes);
        if (n <= 0) break;
        for (ssize_t i = 0; i < n; i++)
            if (bytes[i] != (unsigned char)((got + i) * 7 >> 3)) { HOLDS(!"the bytes are in order"); return got; }
        got += n;
    }
    return got;
}

int main(void)
{
    law_begin();
    union tcp_address address;
    int listener = tcp_listen(AF_INET, &address), client[5], server[5], small = 65536;
    for (int i = 0; i < 5; i++) {
        client[i] = tcp_connect(&address);
        server[i] = MUST(accept(listener, NULL, NULL));
    }

    // 0: the client has said all. 1: the server has closed, with bytes on the way. 2: full both ways. 3: full, then closed for
    // sending. 4: reading was given up.
    MUST(write(client[0], "last", 4));
    MUST(shutdown(client[0], SHUT_WR));
    MUST(write(server[0], "answer", 6));
    MUST(write(server[1], "bye", 3));
    close(server[1]);
    size_t there = 0, back = 0, third = 0;
    fill(client[2], &there);
    fill(server[2], &back);
    MUST(setsockopt(server[3], SOL_SOCKET, SO_RCVBUF, &small, sizeof small));
    fill(client[3], &third);
    MUST(shutdown(client[3], SHUT_WR));
    MUST(shutdown(client[4], SHUT_RD));
    HOLDS(LAW_UNTIL(tcp_unread(client[1]) == 3));
    int size = tcp_option(server[3], SOL_SOCKET, SO_RCVBUF);

    law_move();
    char text[16] = "";
    SAME(4, recv(server[0], text, sizeof text, 0));
    SAME_TEXT("last", text);
    SAME(0, recv(server[0], text, sizeof text, 0));
    HOLDS(send(client[0], "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
    SAME(6, recv(client[0], text, sizeof text, 0));
    SAME(2, write(server[0], "on", 2));
    SAME(2, recv(client[0], text, sizeof text, 0));
    SAME(3, recv(client[1], text, sizeof text, 0));
    SAME(0, recv(client[1], text, sizeof text, 0));
    SAME(there, drain(server[2], there));
    SAME(back, drain(client[2], back));
    tcp_talk(client[2], server[2]);
    SAME(size, tcp_option(server[3], SOL_SOCKET, SO_RCVBUF));
    SAME(third, drain(server[3], third));
    SAME(0, read(server[3], text, 1));
    SAME(3, write(server[3], "end", 3));
    SAME(3, read(client[3], text, 3));
    SAME(0, recv(client[4], text, 1, 0));
    SAME(4, write(client[4], "more", 4));
    SAME(4, recv(server[4], text, 4, MSG_WAITALL));
    return law_verdict();
}
