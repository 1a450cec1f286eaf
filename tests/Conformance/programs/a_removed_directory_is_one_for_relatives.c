// A removed directory that is the working directory of two processes and open in one of them is one after a move, empty and without a name; also when another one has its name by then.
// law: nocompare
#include "law.h"

static struct stat of(int file)
{
    struct stat status;
    MUST(fstat(file, &status));
    return status;
}

static int is_over(int open_one)
{
    struct stat here, there = of(open_one);
    char path[PATH_MAX];
    return stat(".", &here) == 0 && here.st_ino == there.st_ino && here.st_nlink == 0 && getcwd(path, sizeof path) == NULL && errno == ENOENT
        && openat(open_one, "new", O_CREAT | O_RDWR, 0600) == -1 && errno == ENOENT;
}

int main(void)
{
    law_begin();
    law_compares = false; // names of what has none, or has lost it, may be others
    MUST(mkdir(law_path("removed"), 0751));
    MUST(chmod(law_path("removed"), 01751));
    int open_one = MUST(open(law_path("removed"), O_RDONLY | O_DIRECTORY)), by_path = MUST(open(law_path("removed"), O_PATH | O_DIRECTORY));
    MUST(chdir(law_path("removed")));
    int ends[2];
    MUST(pipe(ends));
    pid_t child = MUST(fork());
    if (child == 0) {
        char byte;
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 && is_over(open_one) ? 0 : 1);
    }

    MUST(rmdir(law_path("removed")));
    struct stat before = of(open_one);
    MUST(mkdir(law_path("removed"), 0700));

    law_move();

    struct stat after = of(open_one), other;
    SAME(before.st_mode, after.st_mode);
    SAME(before.st_uid, after.st_uid);
    SAME(of(by_path).st_ino, after.st_ino);
    HOLDS(fcntl(by_path, F_GETFL) & O_PATH);
    HOLDS(is_over(open_one));
    MUST(stat(law_path("removed"), &other));
    HOLDS(other.st_ino != after.st_ino);
    MUST(stat("..", &after));
    MUST(stat(law_directory, &other));
    SAME(other.st_ino, after.st_ino);
    close(ends[1]);
    int status;
    MUST(waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
