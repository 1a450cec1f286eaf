// A performance counter can't be carried.
// obstacle: perf
#include "law.h"
#include <linux/perf_event.h>

int main(void)
{
    law_begin();
    struct perf_event_attr attributes = { .type = PERF_TYPE_SOFTWARE, .size = sizeof attributes, .config = PERF_COUNT_SW_TASK_CLOCK,
        .exclude_kernel = 1 };
    int fd = (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
    if (fd < 0) law_skip("perf_event_open");
    law_move();
    uint64_t count;
    SAME(8, read(fd, &count, 8));
    return law_verdict();
}
