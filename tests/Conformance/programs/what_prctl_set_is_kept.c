// Name, parent-death signal, subreaper, timer slack, no-THP and dumpable are kept.
#include "law.h"

int main(void)
{
    law_begin();
    MUST(prctl(PR_SET_NAME, "odd ) name ("));
    MUST(prctl(PR_SET_PDEATHSIG, SIGUSR2));
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
    MUST(prctl(PR_SET_TIMERSLACK, 123456));
    MUST(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0));
    int64_t score = 321;
    char text[32] = "";
    int fd = MUST(open("/proc/self/oom_score_adj", O_WRONLY));
    MUST(write(fd, "321", 3));
    close(fd);
    fd = MUST(open("/proc/self/coredump_filter", O_WRONLY));
    MUST(write(fd, "0x21", 4));
    close(fd);
    law_move();
    char name[32] = "";
    MUST(prctl(PR_GET_NAME, name));
    SAME_TEXT("odd ) name (", name);
    int value = 0;
    MUST(prctl(PR_GET_PDEATHSIG, &value));
    SAME(SIGUSR2, value);
    MUST(prctl(PR_GET_CHILD_SUBREAPER, &value));
    SAME(1, value);
    SAME(123456, prctl(PR_GET_TIMERSLACK));
    SAME(1, prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0));
    law_read("/proc/self/oom_score_adj", text, sizeof text);
    SAME(score, atol(text));
    law_read("/proc/self/coredump_filter", text, sizeof text);
    SAME(0x21, strtol(text, NULL, 16));
    return law_verdict();
}
