// /dev/null, /dev/zero, /dev/full, /dev/random and /dev/urandom stay open.
#include "law.h"

int main(void)
{
    law_begin();
    int null = MUST(open("/dev/null", O_RDWR)), zero = MUST(open("/dev/zero", O_RDONLY)), full = MUST(open("/dev/full", O_WRONLY));
    int urandom = MUST(open("/dev/urandom", O_RDONLY | O_CLOEXEC)), random = MUST(open("/dev/random", O_RDONLY));
    char *zeros = MUST(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0));
    zeros[5] = 5;
    law_move();
    char bytes[64], others[64];
    SAME(0, read(null, bytes, 64));
    SAME(64, write(null, bytes, 64));
    SAME(64, read(zero, bytes, 64));
    HOLDS(law_zero(bytes, 64));
    HOLDS(write(full, "x", 1) == -1 && errno == ENOSPC);
    SAME(64, read(urandom, bytes, 64));
    SAME(64, read(urandom, others, 64));
    HOLDS(memcmp(bytes, others, 64) != 0);
    SAME(64, read(random, bytes, 64));
    SAME(5, zeros[5]);
    zeros[5] = 0;
    HOLDS(law_zero(zeros, 8192));
    return law_verdict();
}
