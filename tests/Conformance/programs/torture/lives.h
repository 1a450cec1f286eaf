// Pieces that live and share: memory, locks, timers, threads, programs, those that have ended.
#pragma once
#include "torture.h"
#include <spawn.h>
#include <sys/file.h>
#include <sys/timerfd.h>

struct shared { pthread_mutex_t lock; long sum, parts[3]; struct { uint64_t seed; char bytes[4088]; } pages[32]; };
struct share { struct shared *at; int file, part; int64_t until; };

static int work_in_memory(void *argument)
{
    struct share *share = argument;
    while (goes_on(share->until)) {
        int page = pick(32);
        pthread_mutex_lock(&share->at->lock);
        uint64_t seed = share->at->pages[page].seed;
        RIGHT(seed == 0 || law_filled(share->at->pages[page].bytes, 4088, seed));
        seed = next_random() | 1;
        law_fill(share->at->pages[page].bytes, 4088, seed);
        share->at->pages[page].seed = seed;
        share->at->sum++;
        share->at->parts[share->part]++;
        pthread_mutex_unlock(&share->at->lock);
        if (share->file >= 0 && pick(8) == 0) {
            // Another view of the same.
            struct shared *other = mmap(NULL, sizeof *other, PROT_READ | PROT_WRITE, MAP_SHARED, share->file, 0);
            if (RIGHT(other != MAP_FAILED)) {
                RIGHT(munmap(share->at, sizeof *other) == 0);
                share->at = other;
            }
        }
        rest();
    }
    return 0;
}

static int piece_share_memory(void)
{
    int kind = pick(3), file = kind == 0 ? -1 : kind == 1 ? memfd_create("shared", 0) : scratch_file();
    if (file >= 0) RIGHT(ftruncate(file, sizeof(struct shared)) == 0);
    struct share share = { mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED | (file < 0 ? MAP_ANONYMOUS : 0), file, 0), file, 0, a_while() };
    if (!RIGHT(share.at != MAP_FAILED)) return 0;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&share.at->lock, &attributes);
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        share.part = i + 1;
        children[i] = offspring(work_in_memory, &share);
    }
    share.part = 0;
    work_in_memory(&share);
    for (int i = 0; i < 2; i++) EQUAL(0, ending(children[i]));
    EQUAL(share.at->sum, share.at->parts[0] + share.at->parts[1] + share.at->parts[2]);
    return 0;
}

struct locked { int file, kind; char path[1024]; int64_t until; };

static bool take(struct locked *l, bool on)
{
    struct flock f = { .l_type = on ? F_WRLCK : F_UNLCK, .l_whence = SEEK_SET, .l_start = 100, .l_len = 16 };
    int result;
    do result = l->kind == 0 ? fcntl(l->file, F_SETLKW, &f) : l->kind == 1 ? flock(l->file, on ? LOCK_EX : LOCK_UN) : fcntl(l->file, F_OFD_SETLKW, &f);
    while (result < 0 && errno == EINTR);
    return result == 0;
}

static int add_under_lock(void *argument)
{
    struct locked *l = argument;
    l->file = open(l->path, O_RDWR);
    if (!RIGHT(l->file >= 0)) return 1;
    while (goes_on(l->until)) {
        long pair[2];
        RIGHT(take(l, true));
        RIGHT(pread(l->file, pair, sizeof pair, 100) == sizeof pair);
        EQUAL(pair[0], pair[1]);
        pair[0]++;
        RIGHT(pwrite(l->file, pair, 8, 100) == 8);
        rest();
        pair[1]++;
        RIGHT(pwrite(l->file, pair + 1, 8, 108) == 8);
        RIGHT(take(l, false));
        rest();
    }
    close(l->file);
    return 0;
}

static int piece_lock_files(void)
{
    struct locked l = { .kind = pick(3), .until = a_while() };
    snprintf(l.path, sizeof l.path, "%s/locked-XXXXXX", law_directory);
    int file = mkstemp(l.path);
    if (!RIGHT(file >= 0 && ftruncate(file, 116) == 0)) return 0;
    pid_t children[3];
    for (int i = 0; i < 3; i++) children[i] = offspring(add_under_lock, &l);
    for (int i = 0; i < 3; i++) EQUAL(0, ending(children[i]));
    long pair[2];
    RIGHT(pread(file, pair, sizeof pair, 100) == sizeof pair);
    EQUAL(pair[0], pair[1]);
    RIGHT(unlink(l.path) == 0);
    return 0;
}

static volatile sig_atomic_t timer_ticks;
static void on_timer(int number) { (void)number; timer_ticks++; }

static int piece_time(void)
{
    struct sigaction action = { .sa_handler = on_timer, .sa_flags = SA_RESTART };
    sigaction(SIGRTMIN + 4, &action, NULL);
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 4 };
    timer_t timer;
    RIGHT(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    struct itimerspec every = { { 0, 17000000 }, { 0, 17000000 } };
    int64_t begin = law_now(CLOCK_MONOTONIC);
    RIGHT(timer_settime(timer, 0, &every, NULL) == 0);
    int file = timerfd_create(CLOCK_MONOTONIC, 0);
    RIGHT(timerfd_settime(file, 0, &every, NULL) == 0);
    uint64_t sum = 0, some;
    int64_t last = begin;
    for (int64_t until = a_while(); goes_on(until);) {
        RIGHT(full_read(file, &some, sizeof some));
        sum += some;
        int64_t now = law_now(CLOCK_MONOTONIC);
        RIGHT(now >= last);
        last = now;
        RIGHT((int64_t)sum * 17000000 <= now - begin);
        int before = timer_ticks;
        for (int i = 0; i < 400 && timer_ticks == before; i++) law_sleep_ms(5);
        RIGHT(timer_ticks != before);
        int64_t asleep = law_now(CLOCK_MONOTONIC);
        long ms = pick(20);
        struct timespec wait = { 0, ms * 1000000 };
        while (clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, &wait) == EINTR) { }
        RIGHT(law_now(CLOCK_MONOTONIC) - asleep >= ms * 1000000);
    }
    return 0;
}

struct baton { pthread_mutex_t lock; pthread_cond_t passed; int at, count; long turns; int64_t until; };
struct runner { struct baton *baton; int number; uint64_t seed; };
static __thread uint64_t of_this_thread;

static void *run_baton(void *argument)
{
    struct runner r = *(struct runner *)argument;
    state = r.seed;
    of_this_thread = r.seed;
    pid_t tid = (pid_t)syscall(SYS_gettid);
    pthread_mutex_lock(&r.baton->lock);
    while (goes_on(r.baton->until)) {
        if (r.baton->at != r.number) { 
            struct timespec limit;
            clock_gettime(CLOCK_REALTIME, &limit);
            limit.tv_sec += 1;
            pthread_cond_timedwait(&r.baton->passed, &r.baton->lock, &limit);
            continue;
        }
        r.baton->at = (r.number + 1) % r.baton->count;
        r.baton->turns++;
        pthread_cond_broadcast(&r.baton->passed);
        pthread_mutex_unlock(&r.baton->lock);
        rest();
        EQUAL(tid, syscall(SYS_gettid));
        RIGHT(of_this_thread == r.seed);
        pthread_mutex_lock(&r.baton->lock);
    }
    pthread_cond_broadcast(&r.baton->passed);
    pthread_mutex_unlock(&r.baton->lock);
    return (void *)(uintptr_t)(r.seed & ~1u);
}

static void *outlive(void *argument)
{
    state = (uintptr_t)argument;
    law_sleep_ms(pick(300));
    exit(0);
}

static int piece_threads(void)
{
    static struct baton baton = { .lock = PTHREAD_MUTEX_INITIALIZER, .passed = PTHREAD_COND_INITIALIZER };
    baton.count = 2 + pick(6);
    baton.until = a_while();
    struct runner runners[8];
    pthread_t threads[8];
    for (int i = 0; i < baton.count; i++) {
        runners[i] = (struct runner) { &baton, i, next_random() };
        RIGHT(pthread_create(&threads[i], NULL, run_baton, &runners[i]) == 0);
    }
    for (int i = 0; i < baton.count; i++) {
        void *result = NULL;
        RIGHT(pthread_join(threads[i], &result) == 0);
        RIGHT(result == (void *)(uintptr_t)(runners[i].seed & ~1u));
    }
    if (pick(2)) {
        // The main thread ends first.
        pthread_t last;
        RIGHT(pthread_create(&last, NULL, outlive, (void *)(uintptr_t)next_random()) == 0);
        pthread_exit(NULL);
    }
    return 0;
}

static int end_somehow(void *argument)
{
    int how = (int)(intptr_t)argument;
    law_sleep_ms(pick(60));
    if (how >= 256) {
        signal(how - 256, SIG_DFL);
        kill(getpid(), how - 256);
        for (;;) pause();
    }
    return how;
}

static int piece_ended(void)
{
    static const int signals[] = { SIGKILL, SIGTERM, SIGUSR1, SIGALRM };
    struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    int count = 1 + pick(6), how[6];
    pid_t children[6];
    for (int i = 0; i < count; i++) {
        how[i] = pick(2) ? (int)pick(256) : 256 + signals[pick(4)];
        children[i] = offspring(end_somehow, (void *)(intptr_t)how[i]);
    }
    // They lie about for a while.
    law_sleep_ms(pick(600));
    for (int i = count; i-- > 0;) {
        if (pick(2)) {
            siginfo_t info = { 0 };
            while (waitid(P_PID, children[i], &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) { }
            EQUAL(how[i] & 255, info.si_status);
        }
        EQUAL(how[i] >= 256 ? how[i] - 256 : how[i] << 8, ending(children[i]));
    }
    EQUAL(-1, waitpid(-1, NULL, WNOHANG));
    return 0;
}

static int start_anew(bool in_a_shell)
{
    char seed[32], file[16], path[600];
    snprintf(seed, sizeof seed, "%lu", (unsigned long)next_random());
    snprintf(file, sizeof file, "%d", common_file);
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    char *arguments[] = { path, "piece", seed, file, "quiet", NULL };
    char *shell[] = { "/bin/sh", "-c", "for i in 1 2 3; do x=$(\"$0\" piece $1$i $2 aloud) || exit 1; echo \"$i$x\"; done | { read a && read b && read c && [ \"$a$b$c\" = 1right2right3right ]; }", path, seed, file, NULL };
    pid_t child;
    extern char **environ;
    if (!EQUAL(0, posix_spawn(&child, in_a_shell ? "/bin/sh" : path, NULL, NULL, in_a_shell ? shell : arguments, environ))) return 1;
    return ending(child);
}

static int piece_program(void)
{
    EQUAL(0, start_anew(pick(3) == 0));
    return 0;
}

static int lead_and_end(void *argument)
{
    int depth = (int)(intptr_t)argument;
    if (pick(2)) setsid();
    else setpgid(0, 0);
    rest();
    if (depth > 0) {
        pid_t child = offspring(lead_and_end, (void *)(intptr_t)(depth - 1));
        // Some leave it to whoever takes it.
        if (pick(2)) EQUAL((depth - 1) << 8, ending(child));
    }
    law_sleep_ms(pick(100));
    return depth;
}

static int piece_family(void)
{
    RIGHT(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    int depth = 1 + pick(4);
    pid_t child = offspring(lead_and_end, (void *)(intptr_t)depth);
    EQUAL(depth << 8, ending(child));
    int status;
    pid_t orphan;
    while ((orphan = waitpid(-1, &status, 0)) > 0 || errno == EINTR) if (orphan > 0) RIGHT(WIFEXITED(status) && WEXITSTATUS(status) < depth);
    EQUAL(ECHILD, errno);
    return 0;
}

static int check_inherited(void *argument)
{
    uint64_t *memory = argument, seed = next_random();
    law_sleep_ms(pick(200));
    RIGHT(law_filled(memory, 1 << 20, 99));
    enum { QUARTER = (1 << 18) / 8 };
    uint64_t before = memory[QUARTER - 1];
    law_fill(memory, 1 << 18, seed);
    law_sleep_ms(pick(50));
    // What it wrote is its own, the rest is as it was.
    RIGHT(law_filled(memory, 1 << 18, seed));
    RIGHT(law_filled(memory + QUARTER, 3 << 18, before));
    return 0;
}

static int piece_memory(void)
{
    char *memory = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    law_fill(memory, 1 << 20, 99);
    pid_t child = offspring(check_inherited, memory);
    for (int64_t until = a_while(); goes_on(until);) {
        // One half moves about behind the other, in pages of several protections.
        size_t length = 4096 * (1 + pick(30));
        char *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        uint64_t seed = next_random();
        law_fill(at, length, seed);
        if (length > 8192) RIGHT(mprotect(at + 4096, 4096, PROT_READ) == 0);
        rest();
        RIGHT(law_filled(at, length, seed));
        RIGHT(mprotect(at, length, PROT_READ | PROT_WRITE) == 0);
        char *moved = mremap(at, length, length * 2, MREMAP_MAYMOVE);
        if (!RIGHT(moved != MAP_FAILED)) break;
        rest();
        RIGHT(law_filled(moved, length, seed) && law_zero(moved + length, length));
        RIGHT(munmap(moved, length * 2) == 0);
        law_fill(memory, 1 << 16, seed);
    }
    EQUAL(0, ending(child));
    return 0;
}
