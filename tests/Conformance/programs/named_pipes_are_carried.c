// Named pipes keep what waits in them: of a process with itself, between relatives, one that can only be read, and one that was removed.
// law: far
#include "law.h"
#include <sys/ioctl.h>

static int unread(int fd) { int n = -1; ioctl(fd, FIONREAD, &n); return n; }

int main(void)
{
    law_begin();
    char path[3][1024];
    for (int i = 0; i < 3; i++) {
        snprintf(path[i], sizeof path[i], "%s/fifo-%d", law_directory, i);
        MUST(mkfifo(path[i], 0640));
    }
    int both = MUST(open(path[0], O_RDWR)), reader = MUST(open(path[0], O_RDONLY | O_NONBLOCK));
    MUST(write(both, "unread", 6));
    int lonely = MUST(open(path[1], O_RDONLY | O_NONBLOCK));
    int removed[2] = { MUST(open(path[2], O_RDWR)), MUST(open(path[2], O_WRONLY)) };
    MUST(unlink(path[2]));
    MUST(write(removed[1], "ghost", 5));
    pid_t child = MUST(fork());
    if (child == 0) {
        int out = MUST(open(path[0], O_WRONLY));
        close(both);
        close(reader);
        MUST(write(out, " more", 5));
        while (access(law_path("go"), F_OK) != 0) law_sleep_ms(2);
        MUST(write(out, "late", 4));
        _exit(0);
    }
    HOLDS(LAW_UNTIL(unread(reader) == 11));
    law_move();
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    char text[32] = "";
    SAME(15, read(reader, text, sizeof text));
    SAME_TEXT("unread morelate", text);
    HOLDS(read(reader, text, 1) == -1 && errno == EAGAIN);
    SAME(O_NONBLOCK, fcntl(reader, F_GETFL) & O_NONBLOCK);
    SAME(0, fcntl(both, F_GETFL) & O_NONBLOCK);
    SAME(0, read(lonely, text, 1));
    int writer = MUST(open(path[1], O_WRONLY | O_NONBLOCK));
    SAME(2, write(writer, "hi", 2));
    SAME(2, read(lonely, text, sizeof text));
    memset(text, 0, sizeof text);
    SAME(5, read(removed[0], text, sizeof text));
    SAME_TEXT("ghost", text);
    HOLDS(access(path[2], F_OK) != 0);
    struct stat info;
    MUST(fstat(removed[0], &info));
    SAME(0640, info.st_mode & 0777);
    SAME(0, info.st_nlink);
    return law_verdict();
}
