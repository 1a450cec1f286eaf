// Children made by clone: one tells its end by another signal, one by none, one has its parent's working directory and umask.
// law: far
#include "law.h"

static char stacks[3][65536];
static volatile sig_atomic_t told;
static int go[2];

static void on_signal(int number) { (void)number; told++; }

static int wait_long(void *unused)
{
    (void)unused;
    char byte;
    close(go[1]);
    while (read(go[0], &byte, 1) != 0) { }
    return 6;
}

static int change(void *unused)
{
    (void)unused;
    char byte;
    close(go[1]);
    while (read(go[0], &byte, 1) != 0) { }
    if (chdir("/") != 0) return 1;
    umask(022);
    return 7;
}

int main(void)
{
    law_begin();
    signal(SIGUSR1, on_signal);
    MUST(pipe(go));
    umask(027);
    pid_t first = MUST(clone(wait_long, stacks[0] + sizeof stacks[0], SIGUSR1, NULL));
    pid_t second = MUST(clone(wait_long, stacks[1] + sizeof stacks[1], 0, NULL));
    pid_t third = MUST(clone(change, stacks[2] + sizeof stacks[2], CLONE_FS | SIGCHLD, NULL));
    close(go[0]);
    law_move();
    SAME(0, told);
    close(go[1]);
    int status;
    HOLDS(waitpid(second, &status, 0) == -1 && errno == ECHILD);
    SAME(second, waitpid(second, &status, __WALL));
    SAME(6 << 8, status);
    SAME(third, waitpid(third, &status, 0));
    SAME(7 << 8, status);
    char path[256];
    SAME_TEXT("/", getcwd(path, sizeof path));
    SAME(022, umask(0));
    SAME(first, LAW_UNTIL(waitpid(first, &status, __WALL) == first) ? first : -1);
    SAME(6 << 8, status);
    SAME(1, told);
    return law_verdict();
}
