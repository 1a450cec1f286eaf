// An inotify keeps its watches with their numbers and masks, sees nothing of the move, and goes on watching; relatives share one.
// law: far
#include "law.h"
#include <sys/epoll.h>
#include <sys/inotify.h>

static char buffer[8192];

// The next event of a watch: its mask, or 0 when there is none.
static uint32_t next(int fd, int *watch, char *name)
{
    static ssize_t have, at;
    if (at >= have) {
        have = read(fd, buffer, sizeof buffer);
        at = 0;
        if (have <= 0) { have = 0; return 0; }
    }
    struct inotify_event *event = (struct inotify_event *)(buffer + at);
    at += sizeof *event + event->len;
    *watch = event->wd;
    strcpy(name, event->len ? event->name : "");
    return event->mask;
}

int main(void)
{
    law_begin();
    int fd = MUST(inotify_init1(IN_NONBLOCK)), blocking = MUST(inotify_init1(IN_CLOEXEC)), watch;
    char name[NAME_MAX + 1];
    MUST(mkdir(law_path("watched"), 0700));
    MUST(mkdir(law_path("below"), 0700));
    law_create("watched/file");
    law_create("watched/once");
    int file = MUST(open(law_path("watched/file"), O_RDWR));
    MUST(open(law_path("watched/once"), O_RDWR));
    // Numbers with gaps between them.
    for (int i = 1; i <= 40; i++) {
        SAME(i, inotify_add_watch(fd, law_path("watched"), IN_ATTRIB));
        SAME(0, inotify_rm_watch(fd, i));
    }
    int directory = MUST(inotify_add_watch(fd, law_path("watched"), IN_CREATE | IN_OPEN | IN_CLOSE | IN_ONLYDIR));
    int gone = MUST(inotify_add_watch(fd, law_path("below"), IN_CREATE));
    int of_file = MUST(inotify_add_watch(fd, law_path("watched/file"), IN_ALL_EVENTS));
    MUST(inotify_rm_watch(fd, gone));
    int once = MUST(inotify_add_watch(fd, law_path("watched/once"), IN_OPEN | IN_ONESHOT));
    int slow = MUST(inotify_add_watch(blocking, law_path("below"), IN_CREATE | IN_EXCL_UNLINK));
    while (next(fd, &watch, name)) { }
    int set = MUST(epoll_create1(0));
    struct epoll_event wanted = { .events = EPOLLIN, .data.u32 = 9 }, event;
    MUST(epoll_ctl(set, EPOLL_CTL_ADD, fd, &wanted));
    pid_t child = MUST(fork());
    if (child == 0) {
        // Waits for an event that is there only behind the move.
        char text[512];
        ssize_t got;
        while ((got = read(blocking, text, sizeof text)) < 0 && errno == EINTR) { }
        HOLDS(got > 0);
        SAME(slow, ((struct inotify_event *)text)->wd);
        SAME_TEXT("new", ((struct inotify_event *)text)->name);
        _exit(law_verdict());
    }

    law_move();
    SAME(0, epoll_wait(set, &event, 1, 0));
    for (uint32_t early; (early = next(fd, &watch, name)) != 0;) {
        law_differences++;
        dprintf(2, "an event of watch %d before its time: mask %x, name '%s'\n", watch, early, name);
    }
    SAME(EAGAIN, errno);
    MUST(write(file, "x", 1));
    SAME(1, epoll_wait(set, &event, 1, 0));
    SAME(IN_MODIFY, next(fd, &watch, name));
    SAME(of_file, watch);
    for (int i = 0; i < 2; i++) close(MUST(open(law_path("watched/once"), O_RDONLY)));
    SAME(IN_OPEN, next(fd, &watch, name));
    SAME(directory, watch);
    SAME_TEXT("once", name);
    SAME(IN_OPEN, next(fd, &watch, name));
    SAME(once, watch);
    SAME(IN_IGNORED, next(fd, &watch, name));
    SAME(once, watch);
    SAME(IN_CLOSE_NOWRITE, next(fd, &watch, name));
    SAME(IN_OPEN, next(fd, &watch, name));
    SAME(IN_CLOSE_NOWRITE, next(fd, &watch, name));
    SAME(0, next(fd, &watch, name));
    law_create("below/new");
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    SAME(once + 1, inotify_add_watch(fd, law_path("below"), IN_CREATE));
    SAME(directory, inotify_add_watch(fd, law_path("watched"), IN_DELETE));
    SAME(0, inotify_rm_watch(fd, of_file));
    return law_verdict();
}
