// Events that wait in an inotify can't be carried, nor a watch of a file that is gone and not open.
// obstacle: inotify.*events
// obstacle: inotify.*not found
#include "law.h"
#include <sys/inotify.h>

int main(void)
{
    law_begin();
    int fd = MUST(inotify_init1(IN_NONBLOCK)), other = MUST(inotify_init1(IN_NONBLOCK));
    MUST(mkdir(law_path("watched"), 0700));
    MUST(inotify_add_watch(fd, law_path("watched"), IN_CREATE));
    law_create("watched/file");
    int file = MUST(open(law_path("watched/file"), O_RDWR));
    HOLDS(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, file, 0) != MAP_FAILED);
    close(file);
    MUST(inotify_add_watch(other, law_path("watched/file"), IN_MODIFY));
    MUST(unlink(law_path("watched/file")));
    law_move();
    char event[512];
    HOLDS(read(fd, event, sizeof event) > 0);
    return law_verdict();
}
