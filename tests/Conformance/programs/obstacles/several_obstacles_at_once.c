// Several obstacles are listed at once: events of an inotify, a userfaultfd, and a terminal of which only the master was ever opened.
// obstacle: inotify
// obstacle: userfaultfd
// obstacle: terminal-state
#include "law.h"
#include <sys/inotify.h>
#include <linux/userfaultfd.h>

int main(void)
{
    law_begin();
    MUST(inotify_add_watch(MUST(inotify_init1(0)), law_directory, IN_MOVED_FROM));
    law_create("before");
    char before[1024];
    strcpy(before, law_path("before"));
    MUST(rename(before, law_path("behind")));
    MUST(syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY));
    MUST(open("/dev/ptmx", O_RDWR | O_NOCTTY));
    pid_t child = MUST(fork());
    if (child == 0) for (;;) pause();
    law_move();
    SAME(0, kill(child, SIGKILL));
    SAME(child, waitpid(child, NULL, 0));
    return law_verdict();
}
