// Children and a grandchild made by clone have one descriptor table with their parent, both children its working directory and umask as well;
// others beside and below them have their own.
// law: far
#include "law.h"
#include <linux/kcmp.h>
#include <sys/file.h>

enum { NONE, OPENED, CLOSED, LOCKED, APART, OVER };

static struct { atomic_int step, done, ready, number, opened, descriptors; pid_t grandchild, below; } *all;
static char stacks[4][65536];
static int kept;

static int count(void)
{
    static int numbers[4096];
    return law_numbers("/proc/self/fd", numbers, 4096);
}

static void reached(int step) { while (all->step < step) law_sleep_ms(1); }

static void turn(int step)
{
    int before = all->done;
    all->step = step;
    while (all->done == before) law_sleep_ms(1);
}

static bool have_one(pid_t one, pid_t other) { return syscall(SYS_kcmp, one, other, KCMP_FILES, 0, 0) == 0; }

static struct flock range(int type, off_t at)
{
    return (struct flock) { .l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1 };
}

// Opens what its relatives then have.
static int open_one(void *unused)
{
    (void)unused;
    all->ready++;
    reached(OPENED);
    umask(037);
    all->number = open(law_path("made"), O_RDWR | O_CREAT, 0644);
    if (write(all->number, "by a child", 10) != 10) return 1;
    all->done++;
    reached(OVER);
    return 0;
}

// Closes what its relatives had.
static int close_one(void *unused)
{
    (void)unused;
    all->ready++;
    reached(CLOSED);
    int result = close(kept);
    all->done++;
    reached(OVER);
    return result;
}

// Has one table with its grandparent, a child with a table of its own, and memory in common with nobody but by name.
static int middle(void *unused)
{
    (void)unused;
    all->grandchild = MUST(clone(close_one, stacks[2] + sizeof stacks[2], CLONE_FILES | SIGCHLD, NULL));
    int shared = MUST(memfd_create("of the child", MFD_CLOEXEC));
    MUST(ftruncate(shared, 8192));
    int *mapped = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
    mapped[1024] = 77;
    pid_t below = MUST(fork());
    if (below == 0) {
        close(kept);
        all->descriptors = count();
        all->ready++;
        reached(APART);
        bool same = count() == all->descriptors && !have_one(getpid(), getppid()) && mapped[1024] == 77;
        all->opened = same ? open(law_path("apart"), O_RDWR | O_CREAT, 0644) : -1;
        all->done++;
        reached(OVER);
        _exit(same ? 0 : 1);
    }
    all->below = below;
    all->ready++;
    reached(LOCKED);
    // Of who has the same table it is the same owner's.
    struct flock lock = range(F_WRLCK, 10);
    int result = fcntl(all->number, F_SETLK, &lock) | (umask(037) != 037);
    all->done++;
    reached(OVER);
    int status;
    result |= waitpid(below, &status, 0) != below || status != 0;
    result |= waitpid(all->grandchild, &status, 0) != all->grandchild || status != 0;
    return result == 0 && mapped[1024] == 77 ? 0 : 1;
}

int main(void)
{
    law_begin();
    all = mmap(NULL, sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    kept = MUST(fcntl(MUST(open(law_path("kept"), O_RDWR | O_CREAT, 0644)), F_DUPFD, 40));
    MUST(write(kept, "kept", 4));
    pid_t first = MUST(clone(open_one, stacks[0] + sizeof stacks[0], CLONE_FILES | CLONE_FS | SIGCHLD, NULL));
    pid_t second = MUST(clone(middle, stacks[1] + sizeof stacks[1], CLONE_FILES | CLONE_FS | SIGCHLD, NULL));
    while (all->ready < 4) law_sleep_ms(1);
    int locked = MUST(open(law_path("made"), O_RDWR | O_CREAT, 0644));
    struct flock lock = range(F_WRLCK, 10);
    MUST(fcntl(locked, F_SETLK, &lock));
    law_move();

    HOLDS(have_one(getpid(), first) && have_one(getpid(), second) && have_one(getpid(), all->grandchild) && !have_one(getpid(), all->below));
    SAME(4, lseek(kept, 0, SEEK_CUR));
    turn(OPENED);
    char text[16] = "";
    SAME(10, lseek(all->number, 0, SEEK_CUR));
    SAME(10, pread(all->number, text, sizeof text, 0));
    SAME_TEXT("by a child", text);
    SAME(037, umask(037));
    turn(CLOSED);
    HOLDS(fcntl(kept, F_GETFD) == -1 && errno == EBADF);
    turn(LOCKED);
    turn(APART);
    // What one with a table of its own has opened is there under a number that nobody else has, or has of something else.
    struct stat opened;
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", all->below, all->opened);
    HOLDS(all->opened >= 0 && stat(path, &opened) == 0 && (opened.st_mode & S_IFMT) == S_IFREG);
    all->step = OVER;
    int status;
    SAME(first, waitpid(first, &status, 0));
    SAME(0, status);
    SAME(second, waitpid(second, &status, 0));
    SAME(0, status);
    // The lock is held still: who had the same table and has ended was not the last.
    pid_t stranger = MUST(fork());
    if (stranger == 0) {
        struct flock ask = range(F_WRLCK, 10);
        _exit(fcntl(locked, F_GETLK, &ask) == 0 && ask.l_type == F_WRLCK ? 0 : 1);
    }
    SAME(stranger, waitpid(stranger, &status, 0));
    SAME(0, status);
    return law_verdict();
}
