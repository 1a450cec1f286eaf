// Files of /proc that belong to the process or to one of its threads are those of the process that it has become.
#include "law.h"

static void *idle(void *x)
{
    *(int *)x = (int)syscall(SYS_gettid);
    for (;;) pause();
    return NULL;
}

int main(void)
{
    law_begin();
    law_compares = false;
    volatile int tid = 0;
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, idle, (void *)&tid));
    while (!tid) law_sleep_ms(1);
    char path[64], text[4096], right[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/status", tid);
    int fds[3] = { MUST(open(path, O_RDONLY)), MUST(open("/proc/self/fdinfo", O_RDONLY | O_DIRECTORY)), 0 };
    snprintf(path, sizeof path, "/proc/%d/status", getpid());
    fds[2] = MUST(open(path, O_RDONLY));
    law_move();
    for (int i = 0; i < 3; i += 2) {
        long n = pread(fds[i], text, sizeof text - 1, 0);
        text[n < 0 ? 0 : n] = 0;
        snprintf(right, sizeof right, "\nPid:\t%d\n", i ? getpid() : tid);
        HOLDS(strstr(text, right) != NULL);
    }
    snprintf(path, sizeof path, "%d", fds[1]);
    HOLDS(openat(fds[1], path, O_RDONLY) >= 0);
    return law_verdict();
}
