// The seals of a memfd still hold.
#include "law.h"

int main(void)
{
    law_begin();
    int fd = MUST(memfd_create("sealed", MFD_ALLOW_SEALING));
    MUST(write(fd, "sealed for good", 15));
    int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    MUST(fcntl(fd, F_ADD_SEALS, seals));
    int open_one = MUST(memfd_create("unsealed", 0));
    int before = fcntl(open_one, F_GET_SEALS);
    law_move();
    SAME(seals, fcntl(fd, F_GET_SEALS));
    SAME(before, fcntl(open_one, F_GET_SEALS));
    HOLDS(write(fd, "x", 1) == -1 && errno == EPERM);
    HOLDS(ftruncate(fd, 0) == -1 && errno == EPERM);
    char content[16] = "";
    SAME(15, pread(fd, content, 16, 0));
    SAME_TEXT("sealed for good", content);
    return law_verdict();
}
