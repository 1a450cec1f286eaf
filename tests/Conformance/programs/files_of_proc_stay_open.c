// Open files of /proc tell of the process itself after the move.
#include "law.h"

int main(void)
{
    law_begin();
    int status = MUST(open("/proc/self/status", O_RDONLY)), uptime = MUST(open("/proc/uptime", O_RDONLY));
    int maps = MUST(open("/proc/self/maps", O_RDONLY));
    law_move();
    static char text[65536];
    HOLDS(pread(status, text, sizeof text - 1, 0) > 0);
    char own[64];
    snprintf(own, sizeof own, "\nPid:\t%d\n", getpid());
    HOLDS(strstr(text, own) != NULL);
    memset(text, 0, sizeof text);
    HOLDS(pread(uptime, text, sizeof text - 1, 0) > 0 && atof(text) > 0);
    HOLDS(pread(maps, text, sizeof text - 1, 0) > 0);
    return law_verdict();
}
