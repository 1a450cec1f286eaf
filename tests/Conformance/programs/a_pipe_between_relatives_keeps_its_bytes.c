// A pipe between a process and its child keeps its unread bytes, its size and its flags.
// law: far
#include "law.h"
#include <sys/ioctl.h>

int main(void)
{
    law_begin();
    static char content[100000], after[100001];
    law_fill(content, sizeof content, 17);
    int down[2], up[2];
    MUST(pipe(down));
    MUST(pipe2(up, O_NONBLOCK));
    MUST(fcntl(down[1], F_SETPIPE_SZ, 256 << 10));
    pid_t child = MUST(fork());
    if (child == 0) {
        close(down[1]);
        close(up[0]);
        MUST(write(up[1], "from the child", 14));
        char byte;
        HOLDS(read(down[0], &byte, 1) == 1 && byte == content[0]);
        // All that follows only when there is an end.
        size_t got = 1;
        after[0] = byte;
        for (ssize_t n; (n = read(down[0], after + got, sizeof after - got)) > 0;) got += n;
        SAME(sizeof content, got);
        HOLDS(memcmp(content, after, sizeof content) == 0);
        _exit(law_verdict());
    }
    close(down[0]);
    close(up[1]);
    SAME(sizeof content, write(down[1], content, sizeof content));
    HOLDS(LAW_UNTIL(({ int n = 0; ioctl(up[0], FIONREAD, &n); n == 14; })));
    law_move();
    SAME(256 << 10, fcntl(down[1], F_GETPIPE_SZ));
    SAME(O_RDONLY | O_NONBLOCK, fcntl(up[0], F_GETFL));
    char said[20] = "";
    SAME(14, read(up[0], said, sizeof said));
    SAME_TEXT("from the child", said);
    close(down[1]);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    SAME(0, read(up[0], said, 1));
    return law_verdict();
}
