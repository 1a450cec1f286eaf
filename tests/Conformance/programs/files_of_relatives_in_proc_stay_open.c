// Files that a parent and its child have open of each other in /proc are theirs after a move, those of a process that is gone say so, and namespaces are the process's own.
#include "law.h"

static int of(pid_t process, const char *file, int flags)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d%s", process, file);
    return MUST(open(path, flags));
}

static bool tells(int file, pid_t process)
{
    char text[64] = "";
    return pread(file, text, sizeof text - 1, 0) > 0 && atoi(text) == process;
}

int main(void)
{
    law_begin();
    law_compares = false; // numbers of processes that are gone are others
    int start[2], opened[2];
    MUST(pipe(start));
    MUST(pipe(opened));
    pid_t parent = getpid(), child = MUST(fork());
    if (child == 0) {
        close(start[1]);
        int file = of(parent, "/stat", O_RDONLY);
        char byte = 1;
        MUST(write(opened[1], &byte, 1));
        _exit(read(start[0], &byte, 1) == 0 && tells(file, parent) ? 0 : 1);
    }

    char byte;
    MUST(read(opened[0], &byte, 1));
    int file = of(child, "/stat", O_RDONLY), directory = of(child, "", O_RDONLY | O_DIRECTORY);
    pid_t short_lived = MUST(fork());
    if (short_lived == 0) for (;;) pause();
    int gone = of(short_lived, "/status", O_RDONLY), mounts = of(short_lived, "/mountinfo", O_RDONLY | O_CLOEXEC), nobody = of(short_lived, "", O_RDONLY | O_DIRECTORY);
    MUST(kill(short_lived, SIGKILL));
    MUST(waitpid(short_lived, NULL, 0));
    int network = MUST(open("/proc/self/ns/net", O_RDONLY)), pids = MUST(open("/proc/self/ns/pid", O_RDONLY));

    law_move();

    HOLDS(tells(file, child));
    int status = openat(directory, "stat", O_RDONLY);
    HOLDS(status >= 0 && tells(status, child));
    SAME(-1, read(gone, &byte, 1));
    SAME(ESRCH, errno);
    SAME(FD_CLOEXEC, fcntl(mounts, F_GETFD));
    SAME(-1, openat(nobody, "status", O_RDONLY));
    struct stat held, own;
    MUST(fstat(network, &held));
    MUST(stat("/proc/self/ns/net", &own));
    SAME(own.st_ino, held.st_ino);
    MUST(fstat(pids, &held));
    MUST(stat("/proc/self/ns/pid", &own));
    SAME(own.st_ino, held.st_ino);
    close(start[1]);
    int end;
    MUST(waitpid(child, &end, 0));
    SAME(0, end);
    return law_verdict();
}
