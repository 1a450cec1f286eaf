// The law: before = after.
//
// A conformance program sets up one kernel thing, calls law_move() and checks that the thing is as it was. It cannot
// tell whether it was moved meanwhile: not at all (the control run), once, or many times.
//
//     int main(void)
//     {
//         law_begin();
//         ... set up: MUST(call) ends the program with status 2 when the call fails ...
//         law_move();
//         ... check: HOLDS(condition), SAME(before, after) note what differs ...
//         return law_verdict();
//     }
//
// The first comment line of a program is the sentence it proves. A line `// law: WORDS` tells the runner:
//     static          link it with -static
//     root            needs uid 0: not run as an ordinary user
//     user            (obstacles) root can carry it: refused to an ordinary user only
//     once            can't be moved in several hops (it doesn't poll while it waits)
//     blocked         move it only when every thread sleeps in the kernel
//     session | group start it as the leader of a session (as every program is by default) or of a group only
//     nocompare       its own doings change what law_compare() looks at
//     far             moved ten times (twenty: --soak), which must leave nothing behind
//     lingers         a killed one stands in the way of the next: not brought back from a snapshot
//     torture         moved very often only, a hundred times or ten thousand (--soak)
//     status N        the exit status it must end with;  killed N: the signal it must die of
//     refused         (obstacles) the tool ends with 1 rather than 3: nobody could carry it
//     stopped         is stopped (SIGSTOP) when it is moved, and continued afterwards
//
// Protocol, all in the directory $LAW_DIR: the program creates `ready` once it is set up. Then it polls: for `hop-N`,
// which it answers with `ack-N` (so the runner knows that it lives on), N = 1, 2, 3 …; and for `go`, after which it
// checks itself. Exit status: 0 the law holds, 1 something differs (each difference is one line on stderr),
// 2 the set-up failed, 77 this kernel or user lacks the feature (one line on stdout says which).
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LAW_LIMIT (1 << 19)

static char law_directory[512];
static int law_differences;
static int law_hops;
static bool law_compares = true;
static char law_before[LAW_LIMIT], law_after[LAW_LIMIT];

static void law_say(const char *kind, const char *file, int line, const char *format, ...)
{
    char text[1024];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    const char *name = strrchr(file, '/');
    dprintf(2, "%s:%d: %s%s\n", name ? name + 1 : file, line, kind, text);
}

#define HOLDS(condition) \
    do { if (!(condition)) { law_differences++; law_say("does not hold: ", __FILE__, __LINE__, "%s", #condition); } } while (0)

#define SAME(before, after)                                                                                        \
    do {                                                                                                           \
        long long law_b = (long long)(before), law_a = (long long)(after);                                         \
        if (law_b != law_a) {                                                                                      \
            law_differences++;                                                                                     \
            law_say("differs: ", __FILE__, __LINE__, "%s: before %lld (0x%llx), after %lld (0x%llx)", #after, law_b, law_b, law_a, law_a); \
        }                                                                                                          \
    } while (0)

#define SAME_TEXT(before, after)                                                                                   \
    do {                                                                                                           \
        const char *law_b = (before), *law_a = (after);                                                            \
        if (strcmp(law_b, law_a) != 0) {                                                                           \
            law_differences++;                                                                                     \
            law_say("differs: ", __FILE__, __LINE__, "%s: before \"%s\", after \"%s\"", #after, law_b, law_a);     \
        }                                                                                                          \
    } while (0)

// The value of a call that must not fail; the program ends with status 2 when it does.
#define MUST(call)                                                                                                 \
    ({                                                                                                             \
        __typeof__(call) law_value = (call);                                                                       \
        if ((long)law_value == -1) {                                                                               \
            law_say("set-up failed: ", __FILE__, __LINE__, "%s: %s", #call, strerror(errno));                      \
            _exit(2);                                                                                              \
        }                                                                                                          \
        law_value;                                                                                                 \
    })

// For pthread calls and the like, which return an error number.
#define MUST_BE_0(call)                                                                                            \
    do {                                                                                                           \
        int law_value = (call);                                                                                    \
        if (law_value != 0) {                                                                                      \
            law_say("set-up failed: ", __FILE__, __LINE__, "%s: %d %s", #call, law_value, strerror(law_value));    \
            _exit(2);                                                                                              \
        }                                                                                                          \
    } while (0)

__attribute__((unused)) static void law_skip(const char *what)
{
    dprintf(1, "skipped: %s\n", what);
    _exit(77);
}

// A path inside the test's own directory; good for one use at a time.
static const char *law_path(const char *name)
{
    static _Thread_local char path[1024];
    snprintf(path, sizeof path, "%s/%s", law_directory, name);
    return path;
}

// mknod, since an open would show one descriptor more to whoever looks as soon as the file is there.
static void law_create(const char *name)
{
    MUST(mknod(law_path(name), S_IFREG | 0644, 0));
}

__attribute__((unused)) static void law_sleep_ms(long ms)
{
    struct timespec left = { ms / 1000, ms % 1000 * 1000000 };
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) { }
}

__attribute__((unused)) static int64_t law_now(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

// The whole of a small file, zero-terminated; the number of bytes, or -1.
static long law_read(const char *path, char *into, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) { into[0] = 0; return -1; }
    size_t got = 0;
    for (;;) {
        ssize_t n = read(fd, into + got, size - 1 - got);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        got += n;
    }
    close(fd);
    into[got] = 0;
    return (long)got;
}

// ---- what every process shows of itself, as text ------------------------------------------------------------------

struct law_text { char *at, *end; };

__attribute__((format(printf, 2, 3))) static void law_add(struct law_text *text, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = vsnprintf(text->at, text->end - text->at, format, list);
    va_end(list);
    if (n > 0 && n < text->end - text->at) text->at += n;
}

// Adds the lines of a file that start with one of the given keys.
static void law_add_keys(struct law_text *text, const char *path, const char *const keys[])
{
    static char content[8192];
    law_read(path, content, sizeof content);
    for (char *save, *line = strtok_r(content, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        for (int i = 0; keys[i]; i++)
            if (strncmp(line, keys[i], strlen(keys[i])) == 0) law_add(text, "%s %s\n", path, line);
}

// Mappings as address range and protection; neighbours of equal protection count as one, and what backs them is left
// out: the kernel is free in the one, the context file may stand in for a program file in the other.
static void law_add_maps(struct law_text *text)
{
    static char content[LAW_LIMIT];
    law_read("/proc/self/maps", content, sizeof content);
    unsigned long from = 0, to = 0;
    char protection[8] = "";
    for (char *save, *line = strtok_r(content, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        unsigned long start, end;
        char now[8];
        if (sscanf(line, "%lx-%lx %4s", &start, &end, now) != 3 || strstr(line, "[uprobes]")) continue;
        if (start == to && strcmp(now, protection) == 0) { to = end; continue; }
        if (to) law_add(text, "map %lx-%lx %s\n", from, to, protection);
        from = start; to = end; strcpy(protection, now);
    }
    law_add(text, "map %lx-%lx %s\n", from, to, protection);
}

static int law_compare_numbers(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

// The numbers that a directory of /proc holds, in order.
static int law_numbers(const char *path, int *into, int limit)
{
    static char entries[32768];
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
    if (fd < 0) return -1;
    for (long n; (n = syscall(SYS_getdents64, fd, entries, sizeof entries)) > 0;)
        for (long at = 0; at < n;) {
            struct dirent64 *entry = (struct dirent64 *)(entries + at);
            int number = entry->d_name[0] >= '0' && entry->d_name[0] <= '9' ? atoi(entry->d_name) : -1;
            if (number >= 0 && count < limit) into[count++] = number;
            at += entry->d_reclen;
        }
    close(fd);
    // The directory's own descriptor was among them.
    if (strstr(path, "/fd")) {
        int kept = 0;
        for (int i = 0; i < count; i++) if (into[i] != fd) into[kept++] = into[i];
        count = kept;
    }
    qsort(into, count, sizeof *into, law_compare_numbers);
    return count;
}

static void law_add_descriptors(struct law_text *text)
{
    static int numbers[4096];
    static const char *const keys[] = { "pos:", NULL };
    int count = law_numbers("/proc/self/fd", numbers, 4096);
    for (int i = 0; i < count; i++) {
        char path[64], target[PATH_MAX];
        snprintf(path, sizeof path, "/proc/self/fd/%d", numbers[i]);
        ssize_t n = readlink(path, target, sizeof target - 1);
        target[n < 0 ? 0 : n] = 0;
        char *colon = strchr(target, ':'), *deleted = strstr(target, " (deleted)");
        if (colon && colon[1] == '[') colon[1] = 0;  // pipe:[123]: the number is the kernel's
        if (deleted) strcpy(target, "(deleted)");
        // What the standard streams point at is the runner's affair.
        law_add(text, "fd %d %s cloexec=%d\n", numbers[i], numbers[i] < 3 ? "stream" : target, fcntl(numbers[i], F_GETFD) & FD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fdinfo/%d", numbers[i]);
        if (numbers[i] < 3) continue;
        law_add_keys(text, path, keys);
        // O_DIRECTORY, O_NOFOLLOW and O_TMPFILE mean nothing once a file is open.
        law_add(text, "fd %d flags %o\n", numbers[i], fcntl(numbers[i], F_GETFL) & ~020600000);
    }
}

static void law_add_threads(struct law_text *text)
{
    static int numbers[4096];
    int count = law_numbers("/proc/self/task", numbers, 4096);
    for (int i = 0; i < count; i++) {
        char path[64], name[64];
        snprintf(path, sizeof path, "/proc/self/task/%d/comm", numbers[i]);
        if (law_read(path, name, sizeof name) < 0) continue;
        law_add(text, "thread %d %s", numbers[i], name);
        static const char *const keys[] = { "SigBlk:", "Cpus_allowed:", NULL };
        snprintf(path, sizeof path, "/proc/self/task/%d/status", numbers[i]);
        law_add_keys(text, path, keys);
    }
}

static void law_census(char *into)
{
    struct law_text text = { into, into + LAW_LIMIT };
    static const char *const keys[] = {
        "Name:", "Umask:", "Tgid:", "Pid:", "Uid:", "Gid:", "Groups:", "Kthread:", "Threads:", "SigIgn:", "SigCgt:",
        "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:", "Seccomp:", "THP_enabled:", NULL };
    static char content[65536];
    static const char *const files[] = {
        "/proc/self/limits", "/proc/self/oom_score_adj", "/proc/self/personality", "/proc/self/timerslack_ns",
        "/proc/self/coredump_filter", NULL };
    static const char *const blobs[] = { "/proc/self/cmdline", "/proc/self/environ", "/proc/self/auxv", NULL };
    static const char *const links[] = { "/proc/self/cwd", "/proc/self/root", NULL };

    law_add(&text, "getpid %d gettid %d\n", getpid(), (int)syscall(SYS_gettid));
    law_add_keys(&text, "/proc/self/status", keys);
    for (int i = 0; files[i]; i++)
        if (law_read(files[i], content, sizeof content) >= 0) law_add(&text, "%s %s\n", files[i], content);
    for (int i = 0; blobs[i]; i++) {
        long n = law_read(blobs[i], content, sizeof content);
        uint64_t sum = 14695981039346656037u;
        for (long at = 0; at < n; at++) sum = (sum ^ (unsigned char)content[at]) * 1099511628211u;
        law_add(&text, "%s %ld bytes, sum %016lx\n", blobs[i], n, (unsigned long)sum);
    }
    for (int i = 0; links[i]; i++) {
        ssize_t n = readlink(links[i], content, sizeof content - 1);
        content[n < 0 ? 0 : n] = 0;
        law_add(&text, "%s %s\n", links[i], content);
    }
    law_add(&text, "nice %d scheduler %d\n", getpriority(PRIO_PROCESS, 0), sched_getscheduler(0));
    if (getsid(0) == getpid()) law_add(&text, "leads its session\n");
    if (getpgrp() == getpid()) law_add(&text, "leads its group\n");

    struct { int ask; const char *name; bool by_pointer; } asks[] = {
        { PR_GET_PDEATHSIG, "pdeathsig", true }, { PR_GET_DUMPABLE, "dumpable", false },
        { PR_GET_KEEPCAPS, "keepcaps", false }, { PR_GET_NO_NEW_PRIVS, "no_new_privs", false },
        { PR_GET_CHILD_SUBREAPER, "child subreaper", true }, { PR_GET_THP_DISABLE, "thp disable", false },
        { PR_GET_TIMERSLACK, "timerslack", false }, { PR_GET_SECUREBITS, "securebits", false },
        { PR_GET_TSC, "tsc", true }, { PR_GET_TID_ADDRESS, "clear tid address", true } };
    for (size_t i = 0; i < sizeof asks / sizeof *asks; i++) {
        long answer = 0;
        long value = asks[i].by_pointer ? prctl(asks[i].ask, &answer, 0, 0, 0) : prctl(asks[i].ask, 0, 0, 0, 0);
        law_add(&text, "%s %ld\n", asks[i].name, asks[i].by_pointer ? answer : value);
    }

    for (int number = 1; number <= 64; number++) {
        struct { void *handler; unsigned long flags; void *restorer; unsigned long mask; } action = { 0 };
        if (syscall(SYS_rt_sigaction, number, NULL, &action, 8) == 0)
            law_add(&text, "signal %d handler %p flags %lx mask %lx\n", number, action.handler, action.flags, action.mask);
    }
    stack_t stack = { 0 };
    sigaltstack(NULL, &stack);
    law_add(&text, "alternate stack %p size %zu flags %x\n", stack.ss_sp, stack.ss_size, stack.ss_flags);
    void *list = NULL;
    size_t length = 0;
    syscall(SYS_get_robust_list, 0, &list, &length);
    law_add(&text, "robust list %p length %zu\n", list, length);
    for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
        struct itimerval timer;
        getitimer(which, &timer);
        law_add(&text, "interval timer %d every %ld.%06ld\n", which, timer.it_interval.tv_sec, timer.it_interval.tv_usec);
    }
    law_add_threads(&text);
    law_add_descriptors(&text);
    law_add_maps(&text);
}

static bool law_has_line(const char *text, const char *line, size_t length)
{
    for (const char *at = text; (at = strstr(at, line)); at++)
        if ((at == text || at[-1] == '\n') && at[length] == '\n') return true;
    return false;
}

// Prints the lines of one text that the other lacks; the number of lines it lacks.
static int law_print_missing(const char *text, const char *other, const char *what)
{
    int missing = 0;
    for (const char *line = text; *line;) {
        const char *end = strchr(line, '\n');
        if (!end) break;
        char copy[1024];
        size_t length = end - line;
        if (length < sizeof copy) {
            memcpy(copy, line, length);
            copy[length] = 0;
            if (!law_has_line(other, copy, length) && missing++ < 20) law_say(what, "law.h", 0, "%s", copy);
        }
        line = end + 1;
    }
    return missing;
}

// What the process shows of itself is what it showed when it was ready.
static void law_compare(void)
{
    if (!law_compares || !law_before[0]) return;
    // A second, for what settles by itself: a thread on its way out of a handler.
    for (int look = 0; look < 200; look++) {
        law_census(law_after);
        if (strcmp(law_before, law_after) == 0) return;
        law_sleep_ms(5);
    }
    int gone = law_print_missing(law_before, law_after, "only before: ");
    int come = law_print_missing(law_after, law_before, "only after:  ");
    if (gone + come > 0) law_differences++;
}

// ---- the protocol -------------------------------------------------------------------------------------------------

static void law_begin(void)
{
    const char *directory = getenv("LAW_DIR");
    if (!directory) { dprintf(2, "LAW_DIR is not set\n"); _exit(2); }
    snprintf(law_directory, sizeof law_directory, "%s", directory);
}

// Says that the set-up stands: from here on the process may be moved.
static void law_ready(void)
{
    // Twice the same: threads that were just started have come to rest, which takes them long on a busy machine.
    for (int look = 0; law_compares && look < 10000; look++) {
        law_census(law_before);
        law_sleep_ms(2);
        law_census(law_after);
        // A thread that the C library is still starting blocks all signals.
        if (strcmp(law_before, law_after) == 0 && !strstr(law_before, "SigBlk:\tfffffffffffbfeff")) break;
    }

    law_create("ready");
}

// One look: answers a hop; true once the runner says go.
static bool law_gone_on(void)
{
    char name[32];
    snprintf(name, sizeof name, "hop-%d", law_hops + 1);
    if (access(law_path(name), F_OK) == 0) {
        snprintf(name, sizeof name, "ack-%d", ++law_hops);
        law_create(name);
    }
    return access(law_path("go"), F_OK) == 0;
}

static void law_wait(void)
{
    while (!law_gone_on()) law_sleep_ms(2);
}

__attribute__((unused)) static void law_move(void)
{
    law_ready();
    law_wait();
    law_compare();
}

static int law_verdict(void)
{
    return law_differences ? 1 : 0;
}

// ---- what several programs ask ------------------------------------------------------------------------------------

__attribute__((unused)) static void law_fill(void *at, size_t size, uint64_t seed)
{
    uint64_t *word = at;
    for (size_t i = 0; i < size / 8; i++) word[i] = seed = seed * 6364136223846793005u + 1442695040888963407u;
}

__attribute__((unused)) static bool law_filled(const void *at, size_t size, uint64_t seed)
{
    const uint64_t *word = at;
    for (size_t i = 0; i < size / 8; i++)
        if (word[i] != (seed = seed * 6364136223846793005u + 1442695040888963407u)) return false;
    return true;
}

__attribute__((unused)) static bool law_zero(const void *at, size_t size)
{
    const char *byte = at;
    for (size_t i = 0; i < size; i++) if (byte[i]) return false;
    return true;
}

// The line of /proc/self/smaps that starts with the key, for the mapping that holds the address.
__attribute__((unused)) static const char *law_smaps(const void *address, const char *key)
{
    static char content[LAW_LIMIT], answer[512];
    answer[0] = 0;
    law_read("/proc/self/smaps", content, sizeof content);
    bool here = false;
    for (char *save, *line = strtok_r(content, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        unsigned long start, end;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2) here = (unsigned long)address >= start && (unsigned long)address < end;
        else if (here && strncmp(line, key, strlen(key)) == 0) { snprintf(answer, sizeof answer, "%s", line); break; }
    }
    return answer;
}

// True when the flag (two letters: dc, hg, mg …) is among the mapping's VmFlags.
__attribute__((unused)) static bool law_vmflag(const void *address, const char *flag)
{
    char word[8];
    snprintf(word, sizeof word, " %s", flag);
    return strstr(law_smaps(address, "VmFlags:"), word) != NULL;
}

// The line of /proc/self/maps for the mapping that holds the address.
__attribute__((unused)) static const char *law_maps_line(const void *address)
{
    static char content[LAW_LIMIT], answer[512];
    answer[0] = 0;
    law_read("/proc/self/maps", content, sizeof content);
    for (char *save, *line = strtok_r(content, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        unsigned long start, end;
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2 && (unsigned long)address >= start && (unsigned long)address < end)
            snprintf(answer, sizeof answer, "%s", line);
    }
    return answer;
}

// Waits until the condition holds, ten seconds at most; false when it never did.
#define LAW_UNTIL(condition)                                                                                       \
    ({                                                                                                             \
        bool law_held = false;                                                                                     \
        for (int64_t law_end = law_now(CLOCK_MONOTONIC) + 10000000000LL; !(law_held = (condition)) && law_now(CLOCK_MONOTONIC) < law_end;) \
            law_sleep_ms(1);                                                                                       \
        law_held;                                                                                                  \
    })

// Runs the check in a forked child; its answer, or -1 when it died.
#define LAW_CHILD(check)                                                                                           \
    ({                                                                                                             \
        pid_t law_child = MUST(fork());                                                                            \
        if (law_child == 0) _exit(check);                                                                          \
        int law_status;                                                                                            \
        while (waitpid(law_child, &law_status, 0) < 0 && errno == EINTR) { }                                       \
        WIFEXITED(law_status) ? WEXITSTATUS(law_status) : -1;                                                      \
    })
