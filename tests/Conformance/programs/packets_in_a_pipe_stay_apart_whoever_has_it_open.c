// What is in a pipe in packets (O_DIRECT) is in packets also when its writer has closed it, or writes otherwise now: the end for
// reading does not tell. And what was written otherwise is no packet when its writer writes packets now.
#include "law.h"

static void write_flags(int end, int flags) { MUST(fcntl(end, F_SETFL, flags)); }

int main(void)
{
    law_begin();
    int closed[2], last[2], stream[2], turned[2], named[2];
    char name[64], text[64];

    MUST(pipe2(closed, O_DIRECT));
    MUST(write(closed[1], "one", 3));
    MUST(write(closed[1], "x", 1));
    MUST(write(closed[1], "and three", 9));
    close(closed[1]);

    MUST(pipe2(last, O_DIRECT));
    MUST(write(last[1], "alone", 5));
    close(last[1]);

    MUST(pipe(stream));
    MUST(write(stream[1], "abcdef", 6));
    write_flags(stream[1], O_DIRECT);

    MUST(pipe2(turned, O_DIRECT));
    MUST(write(turned[1], "first", 5));
    MUST(write(turned[1], "second", 6));
    write_flags(turned[1], 0);

    snprintf(name, sizeof name, "packets.%d", getpid());
    MUST(mkfifo(name, 0600));
    named[0] = MUST(open(name, O_RDONLY | O_NONBLOCK));
    named[1] = MUST(open(name, O_WRONLY));
    write_flags(named[0], 0);
    write_flags(named[1], O_DIRECT);
    MUST(write(named[1], "by", 2));
    MUST(write(named[1], "name", 4));

    law_move();

    // What was lost is not waited for.
    int ends[] = { closed[0], last[0], stream[0], turned[0], named[0] };
    for (int i = 0; i < 5; i++) write_flags(ends[i], O_NONBLOCK);

    SAME(3, read(closed[0], text, sizeof text));
    SAME(1, read(closed[0], text, sizeof text));
    SAME(9, read(closed[0], text, sizeof text));
    HOLDS(memcmp(text, "and three", 9) == 0);
    SAME(0, read(closed[0], text, sizeof text));

    // Who reads a part of a packet loses the rest.
    SAME(2, read(last[0], text, 2));
    HOLDS(memcmp(text, "al", 2) == 0);
    SAME(0, read(last[0], text, sizeof text));

    SAME(2, read(stream[0], text, 2));
    SAME(4, read(stream[0], text, sizeof text));
    HOLDS(memcmp(text, "cdef", 4) == 0);
    MUST(write(stream[1], "p", 1));
    MUST(write(stream[1], "qr", 2));
    SAME(1, read(stream[0], text, sizeof text));
    SAME(2, read(stream[0], text, sizeof text));

    SAME(5, read(turned[0], text, sizeof text));
    SAME(6, read(turned[0], text, sizeof text));
    MUST(write(turned[1], "no", 2));
    MUST(write(turned[1], "bounds", 6));
    SAME(8, read(turned[0], text, sizeof text));

    SAME(2, read(named[0], text, sizeof text));
    SAME(4, read(named[0], text, sizeof text));
    MUST(write(named[1], "a", 1));
    MUST(write(named[1], "b", 1));
    SAME(1, read(named[0], text, sizeof text));
    unlink(name);
    return law_verdict();
}
