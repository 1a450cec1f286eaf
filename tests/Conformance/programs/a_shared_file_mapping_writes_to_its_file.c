// A shared file mapping shows its file and writes to it after the move.
#include "law.h"

int main(void)
{
    law_begin();
    size_t size = 8 * 4096;
    char *content = malloc(size);
    law_fill(content, size, 31);
    int fd = MUST(open(law_path("data"), O_CREAT | O_RDWR, 0644));
    MUST(write(fd, content, size));
    char *view = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    char *reader = MUST(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 2 * 4096));
    close(fd);
    memcpy(view + 4096, "before the move", 16);
    law_move();
    HOLDS(strcmp(view + 4096, "before the move") == 0);
    memcpy(view + 2 * 4096, "after the move", 15);
    HOLDS(strcmp(reader, "after the move") == 0);
    fd = MUST(open(law_path("data"), O_RDWR));
    char page[3 * 4096];
    MUST(read(fd, page, sizeof page));
    HOLDS(memcmp(page, content, 4096) == 0);
    HOLDS(strcmp(page + 4096, "before the move") == 0);
    HOLDS(strcmp(page + 2 * 4096, "after the move") == 0);
    MUST(pwrite(fd, "from the file", 14, 5 * 4096));
    HOLDS(strcmp(view + 5 * 4096, "from the file") == 0);
    return law_verdict();
}
