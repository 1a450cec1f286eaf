// A private file mapping keeps the pages written by the program and those of the file.
#include "law.h"

int main(void)
{
    law_begin();
    size_t size = 16 * 4096;
    char *content = malloc(size);
    law_fill(content, size, 11);
    int fd = MUST(open(law_path("data"), O_CREAT | O_RDWR, 0644));
    MUST(write(fd, content, size));
    char *view = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    char *part = MUST(mmap(NULL, 4 * 4096, PROT_READ, MAP_PRIVATE, fd, 8 * 4096));
    close(fd);
    law_fill(view + 3 * 4096, 4096, 12);
    law_move();
    HOLDS(memcmp(view, content, 3 * 4096) == 0);
    HOLDS(law_filled(view + 3 * 4096, 4096, 12));
    HOLDS(memcmp(view + 4 * 4096, content + 4 * 4096, 12 * 4096) == 0);
    HOLDS(memcmp(part, content + 8 * 4096, 4 * 4096) == 0);
    // A write stays the program's own.
    view[0] ^= 1;
    fd = MUST(open(law_path("data"), O_RDONLY));
    char *file = malloc(size);
    MUST(read(fd, file, size));
    HOLDS(memcmp(file, content, size) == 0);
    return law_verdict();
}
