// 3000 memory files, each open at a number and mapped, keep their content, and number and mapping still lead to one file.
// law: nocompare
#include "law.h"

enum { count = 3000 };
static int files[count];
static volatile long *views[count];

int main(void)
{
    law_begin();
    law_compares = false; // more than its buffer holds
    struct rlimit limit;
    MUST(getrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = limit.rlim_max;
    MUST(setrlimit(RLIMIT_NOFILE, &limit));
    if (limit.rlim_cur < 3 * count) law_skip("9000 descriptors");
    for (int i = 0; i < count; i++) {
        files[i] = MUST(memfd_create("one of many", MFD_CLOEXEC));
        MUST(ftruncate(files[i], 4096));
        views[i] = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, files[i], 0);
        if (views[i] == MAP_FAILED) law_skip("3000 mappings");
        views[i][0] = i + 1;
    }
    law_move();
    for (int i = 0; i < count; i++) {
        long value = -1;
        if (views[i][0] != i + 1) { SAME(i + 1, views[i][0]); break; }
        views[i][1] = -i;
        if (pread(files[i], &value, sizeof value, 8) != 8 || value != -i) { SAME(-i, value); break; }
        if (fcntl(files[i], F_GETFD) != FD_CLOEXEC) { HOLDS(!"closed on exec"); break; }
    }
    return law_verdict();
}
