// An inotify watch can't be carried.
// obstacle: inotify
#include "law.h"
#include <sys/inotify.h>

int main(void)
{
    law_begin();
    int fd = MUST(inotify_init1(IN_NONBLOCK));
    MUST(mkdir(law_path("watched"), 0700));
    MUST(inotify_add_watch(fd, law_path("watched"), IN_CREATE));
    law_move();
    law_create("watched/file");
    char event[512];
    HOLDS(read(fd, event, sizeof event) > 0);
    return law_verdict();
}
