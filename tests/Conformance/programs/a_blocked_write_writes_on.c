// A thread blocked in write to a full pipe goes on when there is room; nothing is lost or written twice.
#include "law.h"

enum { total = 1 << 20 };
static int ends[2];
static unsigned char data[total], received[total];

static void *in_write(void *unused)
{
    // A stop may end the call with what it has written so far, as write(2) allows; never with an error.
    for (size_t done = 0; done < total;) {
        ssize_t n = write(ends[1], data + done, total - done);
        HOLDS(n > 0);
        if (n <= 0) break;
        done += n;
    }
    return unused;
}

int main(void)
{
    law_begin();
    law_fill(data, total, 91);
    MUST(pipe(ends));
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, in_write, NULL));
    law_move();
    size_t got = 0;
    while (got < total) {
        ssize_t n = read(ends[0], received + got, total - got);
        if (n <= 0) break;
        got += n;
    }
    SAME(total, got);
    HOLDS(memcmp(data, received, total) == 0);
    pthread_join(thread, NULL);
    return law_verdict();
}
