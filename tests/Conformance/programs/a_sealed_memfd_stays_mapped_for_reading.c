// A memfd sealed against writing keeps the view that reads it, and both its seals.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    int fd = MUST(memfd_create("sealed and mapped", MFD_ALLOW_SEALING));
    MUST(write(fd, "sealed for good", 15));
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int reader = MUST(open(path, O_RDONLY));
    const char *view = MUST(mmap(NULL, 4096, PROT_READ, MAP_SHARED, reader, 0));
    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_WRITE;
    MUST(fcntl(fd, F_ADD_SEALS, seals));
    law_move();
    SAME_TEXT("sealed for good", view);
    SAME(seals, fcntl(fd, F_GET_SEALS));
    HOLDS(write(fd, "x", 1) == -1 && errno == EPERM);
    HOLDS(mprotect((void *)view, 4096, PROT_READ | PROT_WRITE) == -1 && errno == EACCES);
    return law_verdict();
}
