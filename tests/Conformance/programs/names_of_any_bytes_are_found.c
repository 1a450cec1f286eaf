// Names are bytes: with line feeds, backslashes, " (deleted)", and what is no UTF-8, open, mapped, bound and as working directory.
#include "law.h"
#include <sys/socket.h>
#include <sys/un.h>

static const char *const names[] = {
    "line\nfeed", "octal\\012", "back\\slash", "kept (deleted)", "latin \xe9\xff", "half \xe2\x82", "escape \xf4\x8f\xba\x80", "control \x1b[1m", "blank and\ttab" };
#define COUNT ((int)(sizeof names / sizeof *names))

int main(void)
{
    law_begin();
    char path[1024], text[16];
    int fds[COUNT], memory[COUNT], directories[COUNT];
    char *mapped[COUNT];
    struct stat before[COUNT], after;
    for (int i = 0; i < COUNT; i++) {
        snprintf(path, sizeof path, "%s/%s", law_directory, names[i]);
        fds[i] = MUST(open(path, O_RDWR | O_CREAT | O_EXCL, 0644));
        MUST(pwrite(fds[i], "before", 7, 0));
        int second = MUST(open(path, O_RDWR));
        mapped[i] = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, second, 0));
        MUST(close(second));
        MUST(fstat(fds[i], &before[i]));
        memory[i] = MUST(memfd_create(names[i], 0));
        snprintf(path, sizeof path, "%s/d %s", law_directory, names[i]);
        MUST(mkdir(path, 0755));
        directories[i] = MUST(open(path, O_RDONLY | O_DIRECTORY));
    }
    MUST(chdir(path));
    snprintf(path, sizeof path, "%s/d %s", law_directory, names[4]);
    MUST(chdir(path));
    struct sockaddr_un address = { AF_UNIX, "socket \xff\xe9\n" };
    int listener = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(bind(listener, (struct sockaddr *)&address, sizeof address));
    MUST(listen(listener, 1));
    law_move();
    for (int i = 0; i < COUNT; i++) {
        MUST(fstat(fds[i], &after));
        SAME(before[i].st_ino, after.st_ino);
        SAME_TEXT("before", mapped[i]);
        strcpy(mapped[i], "after");
        MUST(pread(fds[i], text, sizeof text - 1, 0));
        SAME_TEXT("after", text);
        char link[40], there[1024] = "", right[1024];
        snprintf(link, sizeof link, "/proc/self/fd/%d", directories[i]);
        MUST(readlink(link, there, sizeof there - 1));
        snprintf(right, sizeof right, "%s/d %s", law_directory, names[i]);
        SAME_TEXT(right, there);
        snprintf(link, sizeof link, "/proc/self/fd/%d", memory[i]);
        memset(there, 0, sizeof there);
        MUST(readlink(link, there, sizeof there - 1));
        snprintf(right, sizeof right, "/memfd:%s (deleted)", names[i]);
        SAME_TEXT(right, there);
    }
    char now[1024];
    HOLDS(getcwd(now, sizeof now) != NULL);
    SAME_TEXT(path, now);
    int client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    SAME(0, connect(client, (struct sockaddr *)&address, sizeof address));
    // The runner can't remove what it can't name.
    MUST(chdir("/"));
    for (int i = 0; i < COUNT; i++) {
        snprintf(path, sizeof path, "%s/%s", law_directory, names[i]);
        MUST(unlink(path));
        snprintf(path, sizeof path, "%s/d %s", law_directory, names[i]);
        if (i == 4) {
            char inside[1200];
            snprintf(inside, sizeof inside, "%s/%s", path, address.sun_path);
            MUST(unlink(inside));
        }
        MUST(rmdir(path));
    }
    return law_verdict();
}
