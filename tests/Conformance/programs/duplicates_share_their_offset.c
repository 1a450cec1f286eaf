// Duplicated descriptors share offset and status flags; the same file opened twice does not.
#include "law.h"

int main(void)
{
    law_begin();
    int first = MUST(open(law_path("data"), O_CREAT | O_RDWR, 0600));
    int second = MUST(dup(first)), third = MUST(fcntl(first, F_DUPFD_CLOEXEC, 40));
    int apart = MUST(open(law_path("data"), O_RDWR));
    MUST(write(first, "0123456789", 10));
    MUST(lseek(apart, 4, SEEK_SET));
    law_move();
    SAME(40, third);
    MUST(lseek(second, 7, SEEK_SET));
    SAME(7, lseek(first, 0, SEEK_CUR));
    SAME(7, lseek(third, 0, SEEK_CUR));
    SAME(4, lseek(apart, 0, SEEK_CUR));
    MUST(fcntl(first, F_SETFL, O_APPEND));
    HOLDS(fcntl(third, F_GETFL) & O_APPEND);
    HOLDS(!(fcntl(apart, F_GETFL) & O_APPEND));
    SAME(FD_CLOEXEC, fcntl(third, F_GETFD));
    SAME(0, fcntl(second, F_GETFD));
    return law_verdict();
}
