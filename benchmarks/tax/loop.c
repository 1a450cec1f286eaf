/* One loop of ./bench tax: does the same work a number of times and says how long that took.
 * loop KIND TIMES — prints "WALL CPU", nanoseconds; the processor time is that of its children, too. */
#define _GNU_SOURCE
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define MEMORY (128UL << 20)

static char *program;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void system_calls(void)
{
    for (int i = 0; i < 100000; i++) syscall(SYS_getppid);
}

static void reads(void)
{
    char bytes[512];
    FILE *zeros = fopen("/dev/zero", "r");
    if (!zeros) die("/dev/zero");
    setbuf(zeros, 0);
    for (int i = 0; i < 50000; i++)
        if (read(fileno(zeros), bytes, sizeof bytes) != sizeof bytes) die("read");
    fclose(zeros);
}

static void clocks(void)
{
    struct timespec t;
    for (int i = 0; i < 1000000; i++) clock_gettime(CLOCK_MONOTONIC, &t);
}

static void allocations(void)
{
    static void *held[1024];
    uint32_t random = 12345;
    for (int i = 0; i < 300000; i++) {
        random = random * 1664525 + 1013904223;
        int place = random >> 22;
        free(held[place]);
        held[place] = malloc(16 + (random >> 8) % 4000);
        if (!held[place]) die("malloc");
        memset(held[place], i, 16);
    }
    for (int i = 0; i < 1024; i++) free(held[i]), held[i] = 0;
}

static void wait_well(pid_t child, const char *what)
{
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) die(what);
}

static void forks(void)
{
    for (int i = 0; i < 200; i++) {
        pid_t child = fork();
        if (child == 0) _exit(0);
        wait_well(child, "fork");
    }
}

static void execs(void)
{
    char *arguments[] = {program, "nothing", "0", 0}, *none[] = {0};
    for (int i = 0; i < 100; i++) {
        pid_t child = -1;
        if (posix_spawn(&child, program, 0, 0, arguments, none) != 0) die(program);
        wait_well(child, "exec");
    }
}

static void *nothing(void *given) { return given; }

static void threads(void)
{
    for (int i = 0; i < 500; i++) {
        pthread_t thread;
        if (pthread_create(&thread, 0, nothing, 0) || pthread_join(thread, 0)) die("a thread");
    }
}

/* Pages that are touched for the first time, and given back. */
static void fresh_memory(void)
{
    for (int i = 0; i < 4; i++) {
        char *memory = mmap(0, MEMORY / 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) die("mmap");
        for (size_t at = 0; at < MEMORY / 8; at += PAGE) memory[at] = 1;
        munmap(memory, MEMORY / 8);
    }
}

/* Stores all over memory that is there. */
static void stores(void)
{
    static uint64_t *memory;
    if (!memory) {
        memory = mmap(0, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (memory == MAP_FAILED) die("mmap");
    }
    uint64_t random = 88172645463325252ULL;
    for (int i = 0; i < 1000000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        memory[random % (MEMORY / sizeof *memory)] = random;
    }
}

static const struct { const char *name; void (*once)(void); } loops[] = {
    {"syscalls", system_calls}, {"reads", reads}, {"clock", clocks}, {"malloc", allocations}, {"fork", forks},
    {"exec", execs}, {"threads", threads}, {"fresh", fresh_memory}, {"stores", stores},
};

static int64_t wall(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t processor(int who)
{
    struct rusage used;
    getrusage(who, &used);
    return (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000 + (int64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000;
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    if (!strcmp(argv[1], "nothing")) return 0;
    static char self[4096];
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) die("/proc/self/exe");
    program = self;
    int times = atoi(argv[2]);
    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        if (!strcmp(argv[1], loops[i].name)) {
            loops[i].once(); /* what is only dear the first time */
            int64_t begun = wall(), used = processor(RUSAGE_SELF) + processor(RUSAGE_CHILDREN);
            for (int j = 0; j < times; j++) loops[i].once();
            used = processor(RUSAGE_SELF) + processor(RUSAGE_CHILDREN) - used;
            printf("%lld %lld\n", (long long)(wall() - begun), (long long)used);
            return 0;
        }
    fprintf(stderr, "loop: no loop %s\n", argv[1]);
    return 2;
}
