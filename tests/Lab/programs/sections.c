/* Works in sections that must not be cut by a move, and records each: the host's name, asked of the kernel and not of
 * the library, is the same at both ends. Ends when the file STOP is there: sections REPORT STOP [callbacks] */
#include <pms.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char host_in_callback[2][65];
static unsigned calls[2];

static void before(void)
{
    gethostname(host_in_callback[0], 64);
    calls[0]++;
}

static void after(void)
{
    gethostname(host_in_callback[1], 64);
    calls[1]++;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int pms_main(int argc, char **argv)
{
    unsigned long sections = 0, cut = 0;
    if (argc < 3)
        return 2;
    if (argc > 3 && (pms_on_before_move(before) != 0 || pms_on_after_move(after) != 0))
        return 3;
    while (access(argv[2], F_OK) != 0) {
        char begin[65] = "", end[65] = "";
        if (pms_hold() != 0 || pms_hold() != 0)
            return 4;
        unsigned moves = pms_moves();
        gethostname(begin, 64);
        for (double start = now(); now() - start >= 0 && now() - start < 0.005;) {
        }
        gethostname(end, 64);
        cut += strcmp(begin, end) != 0 || moves != pms_moves();
        sections++;
        if (pms_release() != 0 || pms_release() != 0)
            return 5;
        char name[4096];
        snprintf(name, sizeof name, "%s.new", argv[1]);
        FILE *report = pms_fopen(name, "w");
        if (report == NULL)
            return 6;
        fprintf(report, "sections %lu cut %lu moves %u host %s before %u %s after %u %s\n", sections, cut, pms_moves(),
                pms_host(), calls[0], host_in_callback[0], calls[1], host_in_callback[1]);
        if (pms_fclose(report) != 0 || rename(name, argv[1]) != 0)
            return 7;
    }
    return 42;
}
