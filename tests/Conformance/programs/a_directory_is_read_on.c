// A directory that is being read is read on: each entry once.
#include "law.h"

int main(void)
{
    law_begin();
    char path[1024];
    snprintf(path, sizeof path, "%s", law_path("many"));
    MUST(mkdir(path, 0700));
    for (int i = 0; i < 300; i++) {
        char name[32];
        snprintf(name, sizeof name, "many/entry-%03d", i);
        law_create(name);
    }
    DIR *directory = opendir(path);
    int fd = dirfd(directory), seen[300] = { 0 };
    // So small a buffer that the kernel has to be asked again and again.
    char entries[512];
    int raw = MUST(open(path, O_RDONLY | O_DIRECTORY)), raw_seen = 0;
    for (long at = 0, n = syscall(SYS_getdents64, raw, entries, sizeof entries); at < n; raw_seen++)
        at += ((struct dirent64 *)(entries + at))->d_reclen;
    for (int i = 0; i < 100; i++) readdir(directory);
    rewinddir(directory);
    struct dirent *entry;
    for (int i = 0; i < 100 && (entry = readdir(directory)); i++)
        if (entry->d_name[0] == 'e') seen[atoi(entry->d_name + 6)]++;
    law_move();
    SAME(fd, dirfd(directory));
    while ((entry = readdir(directory))) if (entry->d_name[0] == 'e') seen[atoi(entry->d_name + 6)]++;
    int wrong = 0;
    for (int i = 0; i < 300; i++) wrong += seen[i] != 1;
    SAME(0, wrong);
    for (long n; (n = syscall(SYS_getdents64, raw, entries, sizeof entries)) > 0;)
        for (long at = 0; at < n; raw_seen++) at += ((struct dirent64 *)(entries + at))->d_reclen;
    SAME(302, raw_seen);
    HOLDS(openat(raw, "entry-007", O_RDONLY) >= 0);
    return law_verdict();
}
