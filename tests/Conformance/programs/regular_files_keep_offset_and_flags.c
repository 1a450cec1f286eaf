// Regular files keep offset, access mode, O_APPEND and close-on-exec.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    int fd = MUST(open(law_path("data"), O_CREAT | O_RDWR, 0600));
    MUST(write(fd, "0123456789", 10));
    int reader = MUST(open(law_path("data"), O_RDONLY | O_CLOEXEC));
    int appender = MUST(open(law_path("data"), O_WRONLY | O_APPEND));
    int direct = MUST(open(law_path("data"), O_RDWR | O_SYNC | O_NOATIME | O_NONBLOCK));
    int beyond = MUST(open(law_path("data"), O_RDWR));
    MUST(lseek(reader, 3, SEEK_SET));
    MUST(lseek(beyond, 1L << 40, SEEK_SET));
    int flags[5] = { fcntl(fd, F_GETFL), fcntl(reader, F_GETFL), fcntl(appender, F_GETFL), fcntl(direct, F_GETFL), fcntl(beyond, F_GETFL) };
    law_move();
    SAME(flags[0], fcntl(fd, F_GETFL));
    SAME(flags[1], fcntl(reader, F_GETFL));
    SAME(flags[2], fcntl(appender, F_GETFL));
    SAME(flags[3], fcntl(direct, F_GETFL));
    SAME(flags[4], fcntl(beyond, F_GETFL));
    SAME(10, lseek(fd, 0, SEEK_CUR));
    SAME(3, lseek(reader, 0, SEEK_CUR));
    SAME(1L << 40, lseek(beyond, 0, SEEK_CUR));
    SAME(FD_CLOEXEC, fcntl(reader, F_GETFD));
    SAME(0, fcntl(fd, F_GETFD));
    SAME(2, write(fd, "ab", 2));
    SAME(1, write(appender, "c", 1));
    char text[32] = "";
    SAME(10, read(reader, text, sizeof text - 1));
    SAME_TEXT("3456789abc", text);
    HOLDS(write(reader, "x", 1) == -1 && errno == EBADF);
    HOLDS(read(appender, text, 1) == -1 && errno == EBADF);
    return law_verdict();
}
