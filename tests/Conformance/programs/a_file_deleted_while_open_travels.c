// A file deleted while open keeps content and offset, can be written, is one for all its descriptors, and stays deleted.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    static char content[100000], after[100000];
    law_fill(content, sizeof content, 101);
    int fd = MUST(open(law_path("data"), O_CREAT | O_RDWR, 0640));
    MUST(write(fd, content, sizeof content));
    int other = MUST(open(law_path("data"), O_RDONLY));
    MUST(unlink(law_path("data")));
    MUST(lseek(fd, 500, SEEK_SET));
    MUST(lseek(other, 99999, SEEK_SET));
    law_move();
    struct stat status;
    MUST(fstat(fd, &status));
    SAME(sizeof content, status.st_size);
    SAME(0640, status.st_mode & 07777);
    SAME(0, status.st_nlink);
    SAME(500, lseek(fd, 0, SEEK_CUR));
    SAME(99999, lseek(other, 0, SEEK_CUR));
    SAME(sizeof content, pread(other, after, sizeof after, 0));
    HOLDS(memcmp(content, after, sizeof content) == 0);
    SAME(7, write(fd, "written", 7));
    SAME(7, pread(other, after, 7, 500));
    HOLDS(memcmp(after, "written", 7) == 0);
    MUST(ftruncate(fd, 600));
    MUST(fstat(other, &status));
    SAME(600, status.st_size);
    HOLDS(access(law_path("data"), F_OK) == -1);
    return law_verdict();
}
