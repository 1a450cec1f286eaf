// Standard streams that the program closed stay closed, and their numbers free.
#include "law.h"

int main(void)
{
    law_begin();
    close(0);
    close(1);
    law_move();
    HOLDS(fcntl(0, F_GETFD) == -1 && errno == EBADF);
    HOLDS(fcntl(1, F_GETFD) == -1 && errno == EBADF);
    SAME(0, open("/dev/null", O_RDONLY));
    SAME(1, open("/dev/null", O_RDONLY));
    return law_verdict();
}
