// A memfd keeps size, position and name; its writable and its executable view show the same pages.
// law: far
#include "law.h"

typedef int function(void);

int main(void)
{
    law_begin();
    int fd = MUST(memfd_create("double mapped", MFD_CLOEXEC));
    size_t size = 4 * 4096;
    MUST(ftruncate(fd, size + 100));
    unsigned char *writable = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    unsigned char *executable = MUST(mmap(NULL, size, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0));
    static const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 };  // mov eax, 42; ret
    memcpy(writable, code, sizeof code);
    MUST(lseek(fd, 1234, SEEK_SET));
    SAME(42, ((function *)executable)());
    law_move();
    SAME(42, ((function *)executable)());
    writable[1] = 43;
    SAME(43, ((function *)executable)());
    struct stat status;
    MUST(fstat(fd, &status));
    SAME(size + 100, status.st_size);
    SAME(1234, lseek(fd, 0, SEEK_CUR));
    unsigned char first[6];
    SAME(6, pread(fd, first, 6, 0));
    HOLDS(memcmp(first, writable, 6) == 0);
    MUST(pwrite(fd, "\x2c", 1, 1));
    SAME(44, ((function *)executable)());
    char link[256] = "", path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    readlink(path, link, sizeof link - 1);
    SAME_TEXT("/memfd:double mapped (deleted)", link);
    SAME(FD_CLOEXEC, fcntl(fd, F_GETFD));
    return law_verdict();
}
