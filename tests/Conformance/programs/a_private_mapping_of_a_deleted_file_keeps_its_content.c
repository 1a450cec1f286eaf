// A private mapping of a file that was deleted keeps its content.
#include "law.h"

int main(void)
{
    law_begin();
    size_t size = 8 * 4096;
    char *content = malloc(size);
    law_fill(content, size, 21);
    int fd = MUST(open(law_path("data"), O_CREAT | O_RDWR, 0644));
    MUST(write(fd, content, size));
    char *view = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    close(fd);
    MUST(unlink(law_path("data")));
    law_fill(view + 4096, 4096, 22);
    law_move();
    HOLDS(memcmp(view, content, 4096) == 0);
    HOLDS(law_filled(view + 4096, 4096, 22));
    HOLDS(memcmp(view + 8192, content + 8192, size - 8192) == 0);
    HOLDS(access(law_path("data"), F_OK) != 0);
    return law_verdict();
}
