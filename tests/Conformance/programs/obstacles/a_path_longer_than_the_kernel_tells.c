// A file deeper than the kernel tells of (4096 bytes) can't be found again.
// obstacle: long-path
#include "../law.h"

int main(void)
{
    law_begin();
    char name[201];
    memset(name, 'n', 200);
    name[200] = 0;
    MUST(chdir(law_directory));
    for (int i = 0; i < 25; i++) {
        MUST(mkdir(name, 0755));
        MUST(chdir(name));
    }
    int fd = MUST(open("file", O_RDWR | O_CREAT, 0644));
    MUST(chdir("/"));
    law_move();
    SAME(2, write(fd, "ok", 2));
    return law_verdict();
}
