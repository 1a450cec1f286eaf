// /proc/self, /proc/thread-self and /proc/PID are the process's own, with as many threads as it has.
#include "law.h"

int main(void)
{
    law_begin();
    char text[64] = "", path[64];
    law_move();
    readlink("/proc/self", text, sizeof text - 1);
    SAME(getpid(), atoi(text));
    memset(text, 0, sizeof text);
    readlink("/proc/thread-self", text, sizeof text - 1);
    snprintf(path, sizeof path, "%d/task/%d", getpid(), gettid());
    SAME_TEXT(path, text);
    snprintf(path, sizeof path, "/proc/%d/stat", getpid());
    law_read(path, text, sizeof text);
    SAME(getpid(), atoi(text));
    snprintf(path, sizeof path, "/proc/%d/status", getppid());
    HOLDS(getppid() == 0 || access(path, F_OK) == 0);
    HOLDS(kill(getpid(), 0) == 0);
    return law_verdict();
}
