// What is written to a file must reach its other name: one whose other name is where nobody may look unseen can't be carried.
// obstacle: unreachable-file
#include "law.h"
#include <sys/inotify.h>

int main(void)
{
    law_begin();
    char second[600];
    MUST(mkdir(law_path("seen"), 0700));
    strcpy(second, law_path("seen/second"));
    int fd = MUST(open(law_path("first"), O_RDWR | O_CREAT, 0600));
    MUST(link(law_path("first"), second));
    MUST(unlink(law_path("first")));
    int watch = MUST(inotify_init1(IN_CLOEXEC));
    MUST(inotify_add_watch(watch, law_path("seen"), IN_OPEN));
    law_move();
    MUST(write(fd, "text", 4));
    struct stat status;
    MUST(stat(second, &status));
    SAME(4, status.st_size);
    return law_verdict();
}
