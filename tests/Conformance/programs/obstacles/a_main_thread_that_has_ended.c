// A process whose main thread has ended, while others run on, can't be carried.
// obstacle: main.thread|leader
#include "law.h"

static pid_t pid;

static void *work(void *unused)
{
    (void)unused;
    char state[64] = "", path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", pid);
    HOLDS(LAW_UNTIL((law_read(path, state, sizeof state), strstr(state, ") Z ") != NULL)));
    law_compares = false;
    law_move();
    SAME(pid, getpid());
    exit(law_verdict());
}

int main(void)
{
    law_begin();
    pid = getpid();
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, work, NULL));
    pthread_exit(NULL);
}
