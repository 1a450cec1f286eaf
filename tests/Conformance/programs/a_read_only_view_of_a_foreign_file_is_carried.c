// A shared read-only view of a file that the user may not write, as of the locale archive, is carried.
#include "law.h"

int main(void)
{
    law_begin();
    int fd = MUST(open("/etc/ld.so.conf", O_RDONLY));
    struct stat status;
    MUST(fstat(fd, &status));
    char *view = MUST(mmap(NULL, status.st_size, PROT_READ, MAP_SHARED, fd, 0));
    close(fd);
    char *copy = malloc(status.st_size);
    memcpy(copy, view, status.st_size);
    law_move();
    HOLDS(memcmp(copy, view, status.st_size) == 0);
    HOLDS(strstr(law_maps_line(view), " r--s ") != NULL);
    HOLDS(strstr(law_maps_line(view), "/etc/ld.so.conf") != NULL);
    return law_verdict();
}
