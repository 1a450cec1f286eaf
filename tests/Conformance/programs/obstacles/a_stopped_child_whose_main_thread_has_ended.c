// A stopped child whose main thread has ended, while others run on, can't be carried.
// obstacle: main-thread-ended
#include "law.h"

static pid_t pid;
static int said;

static void *work(void *unused)
{
    (void)unused;
    char state[256] = "", path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", pid);
    while (!strstr(state, ") Z ")) law_read(path, state, sizeof state);
    MUST(write(said, "!", 1));
    for (;;) pause();
}

int main(void)
{
    law_begin();
    int pair[2], status;
    MUST(pipe(pair));
    pid_t child = MUST(fork());
    if (child == 0) {
        pthread_t thread;
        pid = getpid();
        said = pair[1];
        MUST_BE_0(pthread_create(&thread, NULL, work, NULL));
        pthread_exit(NULL);
    }
    char byte;
    MUST(read(pair[0], &byte, 1));
    MUST(kill(child, SIGSTOP));
    SAME(child, waitpid(child, &status, WUNTRACED));
    HOLDS(WIFSTOPPED(status));
    law_move();
    MUST(kill(child, SIGKILL));
    SAME(child, waitpid(child, &status, 0));
    HOLDS(WIFSIGNALED(status));
    return law_verdict();
}
