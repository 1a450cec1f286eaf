// 64 pages of 16 GiB of shared memory: only they are carried, and the holes between them are not filled, here or there.
#include "law.h"

enum { pages = 64, page = 4096 };
static const size_t size = 16UL << 30;
static unsigned char seen[(16UL << 30) / 4096];

// What the object holds, by the page cache.
static long held(void *memory)
{
    long count = 0;
    MUST(mincore(memory, size, seen));
    for (size_t i = 0; i < sizeof seen; i++) count += seen[i] & 1;
    return count;
}

int main(void)
{
    law_begin();
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) law_skip("16 GiB of shared memory");
    int fd = MUST(memfd_create("sparse", 0));
    MUST(ftruncate(fd, size));
    char *file = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0));
    for (long i = 0; i < pages; i++) {
        *(long *)(memory + size / pages * i + page) = i + 1;
        *(long *)(file + size / pages * i + 2 * page) = -i - 1;
    }
    long before = held(memory), file_before = held(file);
    law_move();
    SAME(before, held(memory));
    SAME(file_before, held(file));
    for (long i = 0; i < pages; i++) {
        SAME(i + 1, *(long *)(memory + size / pages * i + page));
        SAME(-i - 1, *(long *)(file + size / pages * i + 2 * page));
    }
    HOLDS(*(long *)(memory + size - page) == 0);
    return law_verdict();
}
