// Socket pairs between a process and its children keep what waits unread in both directions, and tell their end.
// law: far
#include "law.h"
#include <sys/ioctl.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    int stream[2], packets[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, stream));
    MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, packets));
    pid_t child = MUST(fork());
    if (child == 0) {
        char text[32] = "";
        close(stream[0]);
        close(packets[0]);
        MUST(write(packets[1], "one", 3));
        MUST(write(packets[1], "three", 5));
        MUST(write(stream[1], "up", 2));
        SAME(4, recv(stream[1], text, 4, MSG_WAITALL));
        SAME_TEXT("down", text);
        memset(text, 0, sizeof text);
        SAME(4, recv(stream[1], text, 4, MSG_WAITALL));
        SAME_TEXT("more", text);
        MUST(write(stream[1], text, 4));
        SAME(0, read(stream[1], text, 1));
        _exit(law_verdict());
    }
    close(stream[1]);
    close(packets[1]);
    pid_t second = MUST(fork());
    if (second == 0) {
        // It has the same end: no end is told to the other before it is gone.
        close(packets[0]);
        while (access(law_path("go"), F_OK) != 0) law_sleep_ms(2);
        _exit(0);
    }
    HOLDS(LAW_UNTIL(({ int n = 0; ioctl(stream[0], FIONREAD, &n); n == 2; })));
    MUST(write(stream[0], "down", 4));
    HOLDS(LAW_UNTIL(({ int n = 1; ioctl(stream[0], TIOCOUTQ, &n); n == 0; })));
    law_move();
    char text[32] = "";
    SAME(2, read(stream[0], text, sizeof text));
    SAME_TEXT("up", text);
    memset(text, 0, sizeof text);
    SAME(3, read(packets[0], text, sizeof text));
    SAME_TEXT("one", text);
    memset(text, 0, sizeof text);
    SAME(5, read(packets[0], text, sizeof text));
    SAME_TEXT("three", text);
    HOLDS(read(packets[0], text, sizeof text) == -1 && errno == EAGAIN);
    MUST(write(stream[0], "more", 4));
    memset(text, 0, sizeof text);
    SAME(4, recv(stream[0], text, 4, MSG_WAITALL));
    SAME_TEXT("more", text);
    SAME(O_RDWR | O_NONBLOCK, fcntl(packets[0], F_GETFL));
    int status;
    SAME(second, waitpid(second, &status, 0));
    SAME(0, status);
    close(stream[0]);
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    SAME(0, read(packets[0], text, 1));
    return law_verdict();
}
