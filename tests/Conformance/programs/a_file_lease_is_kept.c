// A lease on a file is kept.
#include "law.h"

int main(void)
{
    law_begin();
    law_create("leased");
    int fd = MUST(open(law_path("leased"), O_RDONLY));
    if (fcntl(fd, F_SETLEASE, F_RDLCK) != 0) law_skip("file leases");
    law_move();
    SAME(F_RDLCK, fcntl(fd, F_GETLEASE));
    return law_verdict();
}
