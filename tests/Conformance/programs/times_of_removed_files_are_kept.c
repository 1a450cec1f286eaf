// A removed file and a memory file keep the times of their last access and change.
#include "law.h"

int main(void)
{
    law_begin();
    int fds[2] = { MUST(memfd_create("m", 0)), MUST(open(law_path("removed"), O_RDWR | O_CREAT, 0600)) };
    MUST(unlink(law_path("removed")));
    struct timespec times[2] = { { 1000000000, 123456789 }, { 1100000000, 987654321 } };
    for (int i = 0; i < 2; i++) {
        MUST(pwrite(fds[i], "content", 7, 100000));
        MUST(futimens(fds[i], times));
    }
    law_move();
    for (int i = 0; i < 2; i++) {
        struct stat status;
        MUST(fstat(fds[i], &status));
        SAME(times[0].tv_sec, status.st_atim.tv_sec);
        SAME(times[0].tv_nsec, status.st_atim.tv_nsec);
        SAME(times[1].tv_sec, status.st_mtim.tv_sec);
        SAME(times[1].tv_nsec, status.st_mtim.tv_nsec);
    }
    return law_verdict();
}
