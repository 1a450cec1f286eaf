/* ./bench checkpoint and ./bench tree: starts target, saves it with each tool while it runs, resumes it, and reports what the program itself
 * saw. See docs/benchmarks.md. Run by ./run, which compiles it. */
#define _GNU_SOURCE
#include "board.h"
#include "memory.h"
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#define MAX_RUNS 101
#define CONTROL_MS 300
#define DEADLINE_MS 120000

/* Figures of other tools are of another run on the same kind of machine: milliseconds, NAN where there is none. */
struct reference { double frozen, resume; };
struct scenario {
    const char *name;
    int mib, threads;
    struct reference criu, dmtcp;
    int shells, children; /* the cases of ./bench tree */
};
static const struct scenario scenarios[] = {
    {"small", 1, 1, {23, 46}, {416, 185}},
    {"64m", 64, 1, {NAN, NAN}, {NAN, NAN}},
    {"1g", 1024, 1, {889, 1038}, {870, 1620}},
    {"threads16", 1, 16, {NAN, NAN}, {NAN, NAN}},
    {"threads128", 1, 128, {83, 109}, {NAN, NAN}},
    {"p1", 1, 1, {NAN, NAN}, {NAN, NAN}, .shells = 0},
    {"p10", 1, 1, {NAN, NAN}, {NAN, NAN}, .shells = 9},
    {"p100", 1, 1, {NAN, NAN}, {NAN, NAN}, .shells = 99},
    {"cow", 256, 1, {NAN, NAN}, {NAN, NAN}, .children = 3},
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios, FIRST_OF_TREES = 5 };

enum figure { FROZEN, RESUME, COMMAND, NOISE, BYTES, SHARED, FIGURES };
static const char *const figure_names[] = {"frozen_ms", "resume_ms", "command_ms", "noise_ms", "file_bytes", "memory_ratio"};
struct tool {
    const char *name, *dump, *resume; /* templates; {pid} and {img} are replaced */
    int image_is_directory;           /* 1 yes, 0 no, -1 not known yet */
};

static char room[64]; /* directory of this run, on tmpfs */
static char log_path[96];
static pid_t target, resumed;
static struct board *board;

static void remove_tree(const char *path);

static void clean_up(void)
{
    if (target > 0) kill(-target, SIGKILL);
    if (resumed > 0) kill(resumed, SIGKILL);
    if (board) board->stop = 1; /* whatever else runs with it ends by itself */
    while (waitpid(-1, 0, WNOHANG) > 0) {}
    if (*room) remove_tree(room);
}

static _Noreturn void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    FILE *log = fopen(log_path, "r");
    char line[400];
    for (int i = 0; log && i < 20 && fgets(line, sizeof line, log); i++) fprintf(stderr, "    %s", line);
    exit(1);
}

static void on_signal(int number)
{
    (void)number;
    exit(1); /* the driver only waits and sleeps: what exit does is safe here */
}

static void sleep_ms(int ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&t, 0);
}

static int unlink_one(const char *path, const struct stat *s, int kind, struct FTW *f)
{
    (void)s, (void)kind, (void)f;
    return remove(path);
}

static void remove_tree(const char *path) { nftw(path, unlink_one, 16, FTW_DEPTH | FTW_PHYS); }

static double bytes_found;
static int add_size(const char *path, const struct stat *s, int kind, struct FTW *f)
{
    (void)path, (void)f;
    if (kind == FTW_F) bytes_found += (double)s->st_size;
    return 0;
}

static double size_of(const char *path)
{
    bytes_found = 0;
    nftw(path, add_size, 16, FTW_PHYS);
    return bytes_found;
}

/* A child with no descriptors but the standard ones, in a session of its own. */
static void become_plain(void)
{
    setsid();
    int null = open("/dev/null", O_RDWR), log = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(null, 0);
    dup2(log, 1);
    dup2(log, 2);
    close_range(3, ~0U, 0);
}

/* Without a shell in between where the command has none of its characters. */
static pid_t start_command(char *command, int is_launch)
{
    wordexp_t words;
    int plain = wordexp(command, &words, WRDE_NOCMD) == 0 && words.we_wordc > 0;
    pid_t pid = fork();
    if (pid < 0) fail("fork: %s", strerror(errno));
    if (pid > 0) {
        if (plain) wordfree(&words);
        return pid;
    }
    become_plain();
    if (is_launch) board->launched = now_ns();
    if (plain) execvp(words.we_wordv[0], words.we_wordv);
    else execl("/bin/sh", "sh", "-c", command, (char *)0);
    dprintf(2, "%s: %s\n", plain ? words.we_wordv[0] : "sh", strerror(errno));
    _exit(127);
}

/* Exit status, or 128 + signal. */
static int wait_for(pid_t pid, const char *what)
{
    int status;
    for (int ms = 0; ms < DEADLINE_MS; ms++) {
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (got < 0) fail("%s: %s", what, strerror(errno));
        sleep_ms(1);
    }
    fail("%s does not end", what);
}

static char *fill_in(const char *text, pid_t pid, const char *image)
{
    static char command[8192];
    char *to = command;
    while (*text) {
        if (to - command > (long)sizeof command - 512) fail("the command is too long");
        if (!strncmp(text, "{pid}", 5)) to += sprintf(to, "%d", pid), text += 5;
        else if (!strncmp(text, "{img}", 5)) to += sprintf(to, "%s", image), text += 5;
        else *to++ = *text++;
    }
    *to = 0;
    return command;
}

static double largest_gap_ms(int64_t from, int64_t to)
{
    int64_t largest = 0;
    int count = board->count;
    for (int i = count > GAPS ? count - GAPS : 0; i < count; i++) {
        const struct gap *gap = &board->gaps[i % GAPS];
        if (gap->end >= from && gap->begin <= to && gap->end - gap->begin > largest) largest = gap->end - gap->begin;
    }
    return (double)largest / 1e6;
}

static void start_target(const struct scenario *s)
{
    char program[96], path[96], mib[16], threads[16], shells[16], children[16];
    snprintf(program, sizeof program, "%s/target", room);
    snprintf(path, sizeof path, "%s/board", room);
    snprintf(mib, sizeof mib, "%d", s->mib);
    snprintf(threads, sizeof threads, "%d", s->threads);
    snprintf(shells, sizeof shells, "%d", s->shells);
    snprintf(children, sizeof children, "%d", s->children);
    memset(board, 0, sizeof *board);
    target = fork();
    if (target < 0) fail("fork: %s", strerror(errno));
    if (target == 0) {
        become_plain();
        execl(program, program, path, mib, threads, shells, children, (char *)0);
        _exit(127);
    }
    for (int ms = 0; !board->ready; ms++) {
        if (ms > DEADLINE_MS || waitpid(target, 0, WNOHANG) == target) target = 0, fail("the program to measure does not start");
        sleep_ms(1);
    }
}

static int target_runs(void)
{
    int status;
    if (waitpid(target, &status, WNOHANG) == target) target = 0;
    return target > 0;
}

static void dump(struct tool *tool, const char *image)
{
    for (;;) {
        if (tool->image_is_directory) mkdir(image, 0700);
        unlink(log_path);
        int status = wait_for(start_command(fill_in(tool->dump, target, image), 0), "the save");
        if (status == 0) {
            if (tool->image_is_directory < 0) tool->image_is_directory = 1;
            return;
        }
        /* {img} may be meant as a directory that is there or as a file that is not yet: the first run finds out. */
        if (tool->image_is_directory >= 0 || !target_runs()) fail("%s: the save ended with %d:", tool->name, status);
        tool->image_is_directory = 0;
        remove_tree(image);
    }
}

static void measure(struct tool *tool, const struct scenario *s, double figures[FIGURES])
{
    char image[96];
    snprintf(image, sizeof image, "%s/job.ctx", room);
    start_target(s);

    int64_t begin = now_ns();
    sleep_ms(CONTROL_MS);
    figures[NOISE] = largest_gap_ms(begin, now_ns());

    double before = s->children ? memory_of_family(target) : NAN;
    begin = now_ns();
    dump(tool, image);
    int64_t end = now_ns();
    figures[COMMAND] = (double)(end - begin) / 1e6;
    figures[BYTES] = size_of(image);
    sleep_ms(20); /* the gap is recorded by its end */
    figures[FROZEN] = target_runs() ? largest_gap_ms(begin, end) : NAN;
    if (target_runs()) {
        kill(-target, SIGKILL);
        wait_for(target, "the original");
        while (waitpid(-1, 0, 0) > 0) {} /* what it had started */
        target = 0;
    }

    board->launched = 0;
    resumed = start_command(fill_in(tool->resume, 0, image), 1);
    int64_t first = 0;
    for (int ms = 0, status; !first; ms++) {
        int count = board->count;
        for (int i = count > GAPS ? count - GAPS : 0; i < count && !first && board->launched; i++)
            if (board->gaps[i % GAPS].end >= board->launched) first = board->gaps[i % GAPS].end;
        if (first) break;
        if (resumed > 0 && waitpid(resumed, &status, WNOHANG) == resumed) {
            resumed = 0;
            if (status != 0) fail("%s, case %s: the resume ended with wait status 0x%x:", tool->name, s->name, status);
        }
        if (ms > DEADLINE_MS) fail("%s, case %s: the resumed program does not run:", tool->name, s->name);
        sleep_ms(1);
    }
    figures[RESUME] = (double)(first - board->launched) / 1e6;

    sleep_ms(20);
    figures[SHARED] = s->children && resumed > 0 ? memory_of_family(resumed) / before : NAN;
    board->stop = 1;
    for (int ms = 0; !board->intact; ms++) {
        if (ms > DEADLINE_MS) fail("%s, case %s: the resumed program does not end", tool->name, s->name);
        sleep_ms(1);
    }
    if (board->intact < 0) fail("%s, case %s: the resumed program is not as it was (memory, ids, or what it has started)", tool->name, s->name);
    if (resumed > 0) wait_for(resumed, "the resumed program");
    resumed = 0;
    while (waitpid(-1, 0, WNOHANG) > 0) {} /* of a detached resume: a zombie would hold its pid */
    remove_tree(image);
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

struct summary { double median, min, max; };

static struct summary summarize(const double *values, int count)
{
    double sorted[MAX_RUNS];
    int n = 0;
    for (int i = 0; i < count; i++)
        if (!isnan(values[i])) sorted[n++] = values[i];
    if (n == 0) return (struct summary){NAN, NAN, NAN};
    qsort(sorted, (size_t)n, sizeof *sorted, by_value);
    return (struct summary){n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2, sorted[0], sorted[n - 1]};
}

static const char *cell(struct summary s)
{
    static char texts[4][48];
    static int turn;
    char *text = texts[turn++ % 4];
    if (isnan(s.median)) return "-";
    snprintf(text, 48, "%.1f (%.1f-%.1f)", s.median, s.min, s.max);
    return text;
}

static const char *pair(struct reference r)
{
    static char texts[4][32];
    static int turn;
    char *text = texts[turn++ % 4];
    if (isnan(r.frozen)) return "-";
    snprintf(text, 32, "%.0f / %.0f", r.frozen, r.resume);
    return text;
}

static double results[2][SCENARIOS][FIGURES][MAX_RUNS];

static void print_json(const struct tool *tools, int tool_count, const int *chosen, int runs)
{
    printf("{");
    const char *separator = "\n  ";
    for (int t = 0; t < tool_count; t++)
        for (int c = 0; c < SCENARIOS; c++)
            for (int f = 0; f < FIGURES && chosen[c]; f++) {
                struct summary s = summarize(results[t][c][f], runs);
                if (isnan(s.median)) continue;
                char name[200];
                snprintf(name, sizeof name, "%s%s%s.%s", t ? tools[t].name : "", t ? "." : "", scenarios[c].name, figure_names[f]);
                if (f == SHARED) name[strlen(name) - strlen(".memory_ratio")] = '_';
                if (f == BYTES) printf("%s\"%s\": %.0f", separator, name, s.median);
                else printf("%s\"%s\": %.3f,\n  \"%s_min\": %.3f,\n  \"%s_max\": %.3f", separator, name, s.median, name, s.min, name, s.max);
                separator = ",\n  ";
            }
    printf("\n}\n");
}

static void print_table(const struct tool *tools, int tool_count, const int *chosen, int runs)
{
    struct utsname machine;
    uname(&machine);
    double load[3] = {0};
    getloadavg(load, 3);
    time_t now = time(0);
    char date[32];
    strftime(date, sizeof date, "%F", localtime(&now));
    printf("\n%s · %s %s · %ld cpus · load %.1f · %d runs · median (min-max), milliseconds\n\n", date, machine.sysname, machine.release,
           sysconf(_SC_NPROCESSORS_ONLN), load[0], runs);
    printf("%-12s%-12s%-23s%-23s%12s%9s   %-14s%s\n", "case", "tool", "frozen", "resume", "file MiB", "noise", "CRIU 4.2*", "DMTCP 4.1*");
    for (int c = 0; c < SCENARIOS; c++)
        for (int t = 0; t < tool_count && chosen[c]; t++) {
            struct summary s[FIGURES];
            for (int f = 0; f < FIGURES; f++) s[f] = summarize(results[t][c][f], runs);
            printf("%-12s%-12s%-23s%-23s%12.1f%9.1f   %-14s%s\n", t ? "" : scenarios[c].name, tools[t].name, cell(s[FROZEN]), cell(s[RESUME]),
                   s[BYTES].median / (1 << 20), s[NOISE].max, t ? "" : pair(scenarios[c].criu), t ? "" : pair(scenarios[c].dmtcp));
        }
    for (int t = 0; t < tool_count; t++)
        for (int c = 0; c < SCENARIOS; c++)
            if (chosen[c] && scenarios[c].children)
                printf("\n%s: memory of the processes that share it, after over before: %s", tools[t].name, cell(summarize(results[t][c][SHARED], runs)));
    puts("\nfrozen: the gap the program sees in its own clock. resume: from execve of the context file to its first reading.\n"
         "noise: the longest gap without a save. All resumed programs had their memory, pid and thread ids intact.\n"
         "* frozen / resume, measured elsewhere on this kind of machine, not in this run.");
}

static _Noreturn void usage(const char *message)
{
    fprintf(stderr, "bench: %s\nusage: ./bench checkpoint|tree [--json] [--runs N] [--cases NAME,NAME]\n"
                    "       [--peer NAME --peer-dump 'COMMAND {pid} {img}' --peer-resume 'COMMAND {img}']\n", message);
    exit(2);
}

int main(int argc, char **argv)
{
    const char *program = getenv("YADO"), *made = getenv("BENCH_TARGET"), *cases = 0;
    if (!program || !made) usage("run it by ./bench checkpoint");
    char save[4200];
    snprintf(save, sizeof save, "'%s' checkpoint {pid} -o {img} --leave-running", program);
    struct tool tools[2] = {{"yado", save, "{img}", 0}, {0, 0, 0, -1}};
    int json = 0, runs = 5, chosen[SCENARIOS], total = 0, trees = getenv("BENCH_TREES") != 0;
    for (int i = 1; i < argc; i++) {
        char *value = argv[i + 1];
        if (!strcmp(argv[i], "--json")) { json = 1; continue; }
        if (!value) usage("a value is missing");
        if (!strcmp(argv[i], "--runs")) runs = atoi(value);
        else if (!strcmp(argv[i], "--cases")) cases = value;
        else if (!strcmp(argv[i], "--peer")) tools[1].name = value;
        else if (!strcmp(argv[i], "--peer-dump")) tools[1].dump = value;
        else if (!strcmp(argv[i], "--peer-resume")) tools[1].resume = value;
        else usage("an option that is not known");
        i++;
    }
    if (runs < 1 || runs > MAX_RUNS) usage("--runs takes 1 to 101");
    int tool_count = tools[1].name || tools[1].dump || tools[1].resume ? 2 : 1;
    if (tool_count == 2 && !(tools[1].name && tools[1].dump && tools[1].resume)) usage("a peer needs --peer, --peer-dump and --peer-resume");
    for (int c = 0; c < SCENARIOS; c++) {
        char list[256], needle[32];
        snprintf(list, sizeof list, ",%s,", cases ? cases : "");
        snprintf(needle, sizeof needle, ",%s,", scenarios[c].name);
        chosen[c] = trees == (c >= FIRST_OF_TREES) && (!cases || strstr(list, needle));
        total += chosen[c];
    }
    if (!total) usage("--cases names none of the cases");

    /* Orphans of a detached resume become children of this process, which reaps them. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    strcpy(room, "/dev/shm/yado-bench.XXXXXX");
    if (!mkdtemp(room)) *room = 0, fail("/dev/shm: %s", strerror(errno));
    atexit(clean_up);
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    snprintf(log_path, sizeof log_path, "%s/log", room);
    char path[96];
    snprintf(path, sizeof path, "%s/target", room);
    char copy[4300];
    snprintf(copy, sizeof copy, "cp '%s' %s", made, path);
    if (system(copy) != 0) fail("%s can't be copied", made);
    snprintf(path, sizeof path, "%s/board", room);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *board)) fail("%s: %s", path, strerror(errno));
    board = mmap(0, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (board == MAP_FAILED) board = 0, fail("%s: %s", path, strerror(errno));
    close(fd);
    struct statvfs space;
    if (chosen[2] && statvfs(room, &space) == 0 && (double)space.f_bavail * (double)space.f_frsize < 1.2 * (1 << 30))
        fail("/dev/shm has too little room for the case 1g; leave it out with --cases");

    for (int t = 0; t < tool_count; t++) {
        double unused[FIGURES]; /* the first run of a tool reads it from disk */
        measure(&tools[t], &scenarios[0], unused);
    }
    for (int c = 0; c < SCENARIOS; c++) {
        for (int run = 0; run < runs && chosen[c]; run++)
            for (int t = 0; t < tool_count; t++) {
                double figures[FIGURES];
                measure(&tools[t], &scenarios[c], figures);
                for (int f = 0; f < FIGURES; f++) results[t][c][f][run] = figures[f];
                if (isatty(2)) fprintf(stderr, "\r%-12s run %d of %d ", scenarios[c].name, run + 1, runs);
            }
    }
    if (isatty(2)) fprintf(stderr, "\r%40s\r", "");
    if (json) print_json(tools, tool_count, chosen, runs);
    else print_table(tools, tool_count, chosen, runs);
    return 0;
}
