// An inotify goes on watching a file that is removed and open, as of a log that was rotated away, under the same number, to its end.
// law: far
#include "law.h"
#include <sys/inotify.h>

static uint32_t events_of(int fd, int watch)
{
    char buffer[4096] __attribute__((aligned(8)));
    uint32_t all = 0;
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
        for (char *at = buffer; at < buffer + n; at += sizeof(struct inotify_event) + ((struct inotify_event *)at)->len)
            if (((struct inotify_event *)at)->wd == watch) all |= ((struct inotify_event *)at)->mask;
            else all |= 1u << 31;
    return all;
}

int main(void)
{
    law_begin();
    char text[8] = "";
    law_create("log");
    int fd = MUST(inotify_init1(IN_NONBLOCK)), file = MUST(open(law_path("log"), O_RDWR));
    MUST(write(file, "before", 6));
    int first = MUST(inotify_add_watch(fd, law_directory, IN_MOVED_TO));
    int watch = MUST(inotify_add_watch(fd, law_path("log"), IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF));
    MUST(unlink(law_path("log")));
    SAME(IN_ATTRIB, events_of(fd, watch));
    MUST(inotify_rm_watch(fd, first));
    events_of(fd, first);
    law_move();
    SAME(0, events_of(fd, watch));
    SAME(6, pread(file, text, 6, 0));
    SAME_TEXT("before", text);
    SAME(5, write(file, "after", 5));
    SAME(IN_MODIFY, events_of(fd, watch));
    close(file);
    SAME(IN_DELETE_SELF | IN_IGNORED, events_of(fd, watch));
    HOLDS(inotify_add_watch(fd, law_directory, IN_MOVED_TO) > watch);
    return law_verdict();
}
