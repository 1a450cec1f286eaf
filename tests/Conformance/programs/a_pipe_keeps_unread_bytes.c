// A pipe keeps its unread bytes, its size and the flags of both ends.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    static char content[50000], after[50001];
    law_fill(content, sizeof content, 111);
    int ends[2];
    MUST(pipe2(ends, O_NONBLOCK));
    int size = MUST(fcntl(ends[1], F_SETPIPE_SZ, 256 << 10));
    MUST(fcntl(ends[0], F_SETFD, FD_CLOEXEC));
    int other[2];
    MUST(pipe(other));
    int duplicate = MUST(dup(ends[1]));
    SAME(sizeof content, write(ends[1], content, sizeof content));
    law_move();
    SAME(size, fcntl(ends[1], F_GETPIPE_SZ));
    SAME(O_RDONLY | O_NONBLOCK, fcntl(ends[0], F_GETFL));
    SAME(O_WRONLY | O_NONBLOCK, fcntl(ends[1], F_GETFL));
    SAME(O_WRONLY, fcntl(other[1], F_GETFL));
    SAME(FD_CLOEXEC, fcntl(ends[0], F_GETFD));
    SAME(1, write(duplicate, "!", 1));
    size_t got = 0;
    for (ssize_t n; (n = read(ends[0], after + got, sizeof after - got)) > 0;) got += n;
    SAME(sizeof after, got);
    HOLDS(memcmp(content, after, sizeof content) == 0);
    HOLDS(read(ends[0], after, 1) == -1 && errno == EAGAIN);
    close(ends[1]);
    HOLDS(read(ends[0], after, 1) == -1 && errno == EAGAIN);
    close(duplicate);
    SAME(0, read(ends[0], after, 1));
    return law_verdict();
}
