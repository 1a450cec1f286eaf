// flock, POSIX and open-file-description locks are still held against others.
#include "law.h"
#include <sys/file.h>

// Asked by another process: who holds what.
static int others(void)
{
    int answer = 0, fd = open(law_path("flock"), O_RDWR);
    if (flock(fd, LOCK_SH | LOCK_NB) == -1 && errno == EWOULDBLOCK) answer |= 1;
    struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 15, .l_len = 1 };
    fd = open(law_path("posix"), O_RDWR);
    if (fcntl(fd, F_SETLK, &range) == -1) answer |= 2;
    range.l_start = 30;
    if (fcntl(fd, F_SETLK, &range) == 0) answer |= 4;
    // A read lock leaves others reading.
    range = (struct flock){ .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 10 };
    if (fcntl(fd, F_SETLK, &range) == 0) answer |= 8;
    range.l_type = F_WRLCK;
    if (fcntl(fd, F_SETLK, &range) == -1) answer |= 16;
    fd = open(law_path("description"), O_RDWR);
    range = (struct flock){ .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 5, .l_len = 1 };
    if (fcntl(fd, F_OFD_SETLK, &range) == -1) answer |= 32;
    return answer;
}

int main(void)
{
    law_begin();
    int whole = MUST(open(law_path("flock"), O_CREAT | O_RDWR, 0600));
    MUST(flock(whole, LOCK_EX));
    int ranges = MUST(open(law_path("posix"), O_CREAT | O_RDWR, 0600));
    struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10 };
    MUST(fcntl(ranges, F_SETLK, &range));
    range = (struct flock){ .l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 50 };
    MUST(fcntl(ranges, F_SETLK, &range));
    int description = MUST(open(law_path("description"), O_CREAT | O_RDWR, 0600));
    range = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0 };
    MUST(fcntl(description, F_OFD_SETLK, &range));
    SAME(63, LAW_CHILD(others()));
    law_move();
    SAME(63, LAW_CHILD(others()));
    MUST(flock(whole, LOCK_UN));
    range = (struct flock){ .l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 0 };
    MUST(fcntl(ranges, F_SETLK, &range));
    MUST(fcntl(description, F_OFD_SETLK, &range));
    SAME(4 | 8, LAW_CHILD(others()));
    return law_verdict();
}
