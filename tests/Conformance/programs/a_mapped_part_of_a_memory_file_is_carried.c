// A part of a file in memory is carried by itself, however much lies before it: of a memory file with a hole of 32 TiB in front, and of a
// file in a directory of /dev/shm that has content in front which nobody maps.
// law: far
#include "law.h"

enum { LENGTH = 3 * 4096 };

int main(void)
{
    law_begin();
    off_t far = 1L << 45;
    int sparse = MUST(memfd_create("sparse", 0));
    MUST(ftruncate(sparse, far + LENGTH));
    char *first = MUST(mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, sparse, far));
    law_fill(first, LENGTH, 1);

    char directory[64], path[80];
    snprintf(directory, sizeof directory, "/dev/shm/law-%d", getpid());
    snprintf(path, sizeof path, "%s/file", directory);
    MUST(mkdir(directory, 0700));
    int file = MUST(open(path, O_RDWR | O_CREAT | O_EXCL, 0600));
    static char content[2 * LENGTH];
    law_fill(content, sizeof content, 2);
    SAME(sizeof content, write(file, content, sizeof content));
    char *second = MUST(mmap(NULL, LENGTH, PROT_READ | PROT_WRITE, MAP_SHARED, file, LENGTH));
    MUST(close(file));

    law_move();
    HOLDS(law_filled(first, LENGTH, 1));
    HOLDS(memcmp(second, content + LENGTH, LENGTH) == 0);
    MUST(unlink(path));
    MUST(rmdir(directory));
    return law_verdict();
}
