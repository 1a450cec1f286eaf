// A program that has all descriptors open that it may ever have can't be rebuilt by who may not have more.
// law: user
// obstacle: descriptor-limit.*hard limit of 200
#include "../law.h"

int main(void)
{
    law_begin();
    struct rlimit limit = { 200, 200 };
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    int last = 0;
    // The protocol of the test needs some.
    for (int i = 0; i < 180; i++) {
        int fd = dup(0);
        if (fd >= 190 || fd < 0) { if (fd >= 0) close(fd); break; }
        last = fd;
    }
    HOLDS(last > 150);
    law_move();
    HOLDS(fcntl(last, F_GETFD) >= 0);
    return law_verdict();
}
