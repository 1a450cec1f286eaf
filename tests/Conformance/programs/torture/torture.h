// What the pieces of the torture tree have in common: chance, what is wrong, children.
#pragma once
#include "../law.h"
#include <sys/socket.h>

#define WORKERS 5
#define SLOTS 64

struct common {
    pthread_mutex_t lock;
    long total, sums[WORKERS], sent[WORKERS], heard[WORKERS], lines[WORKERS];
    atomic_long beats[WORKERS], pieces;
    atomic_int stop, wrong;
    struct { uint64_t seed; char bytes[4096 - 8]; } pages[SLOTS];
};

static struct common *common;
// The memory file of it, for those who start a program anew.
static int common_file = -1;
static const char *who = "main";
static _Thread_local uint64_t state;

static uint64_t next_random(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    uint64_t mixed = state ^ state >> 31;
    return mixed * 0x9E3779B97F4A7C15u ^ mixed >> 29;
}

static uint32_t pick(uint32_t bound)
{
    return (next_random() >> 33) % bound;
}

#define RIGHT(condition)                                                                                           \
    ({                                                                                                             \
        bool right_held = (condition);                                                                             \
        if (!right_held) {                                                                                         \
            int right_errno = errno;                                                                               \
            common->wrong++;                                                                                       \
            law_say("wrong: ", __FILE__, __LINE__, "%s %d: %s (%s)", who, (int)getpid(), #condition, strerror(right_errno)); \
        }                                                                                                          \
        right_held;                                                                                                \
    })

// Like RIGHT, of two numbers.
#define EQUAL(expected, is)                                                                                        \
    ({                                                                                                             \
        long long equal_a = (long long)(expected), equal_b = (long long)(is);                                      \
        if (equal_a != equal_b) {                                                                                  \
            int equal_errno = errno;                                                                               \
            common->wrong++;                                                                                       \
            law_say("wrong: ", __FILE__, __LINE__, "%s %d: %s is %lld, not %lld (%s)", who, (int)getpid(), #is, equal_b, equal_a, strerror(equal_errno)); \
        }                                                                                                          \
        equal_a == equal_b;                                                                                        \
    })

__attribute__((unused)) static bool full_read(int file, void *into, size_t length)
{
    for (size_t got = 0; got < length;) {
        ssize_t piece = read(file, (char *)into + got, length - got);
        if (piece == 0) return false;
        if (piece > 0) got += piece;
        else if (errno != EINTR) return false;
    }
    return true;
}

__attribute__((unused)) static bool full_write(int file, const void *from, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t piece = write(file, (const char *)from + done, length - done);
        if (piece > 0) done += piece;
        else if (errno != EINTR) return false;
    }
    return true;
}

// A child that does this, and ends with what it returns.
__attribute__((unused)) static pid_t offspring(int (*act)(void *), void *with)
{
    uint64_t seed = next_random();
    pid_t child = fork();
    RIGHT(child >= 0);
    if (child == 0) {
        state = seed;
        _exit(act(with));
    }
    return child;
}

__attribute__((unused)) static int ending(pid_t child)
{
    int status = -1;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) { RIGHT(!"wait for a child"); break; }
    return status;
}

// For how long a piece goes on, mostly a short time.
__attribute__((unused)) static int64_t a_while(void)
{
    return law_now(CLOCK_MONOTONIC) + (20 + pick(pick(4) ? 400 : 3000)) * 1000000LL;
}

__attribute__((unused)) static bool goes_on(int64_t until)
{
    return law_now(CLOCK_MONOTONIC) < until && !common->stop;
}

// Seldom none: it shall be caught everywhere, and not keep the machine busy.
__attribute__((unused)) static void rest(void)
{
    if (pick(8)) law_sleep_ms(2 + pick(20));
}

// A file without a name.
__attribute__((unused)) static int scratch_file(void)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/scratch-XXXXXX", law_directory);
    int file = mkstemp(path);
    RIGHT(file >= 0 && unlink(path) == 0);
    return file;
}
