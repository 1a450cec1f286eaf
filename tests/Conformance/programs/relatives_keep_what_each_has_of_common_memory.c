// Relatives have memory in common since a fork: each finds what it had, and all together need as much as before.
// law: far
#include "law.h"

enum { page = 4096, size = 64 << 20, moved = 2 << 20 };

enum { child, writer, unmapper, mover, grandchild, relatives };

static char *common, *own, *forgotten, *file;
static char maps_before[LAW_LIMIT], maps_after[LAW_LIMIT];
static pid_t *pids;
static int go[2];

static void maps_of_this(char *into)
{
    struct law_text text = { into, into + LAW_LIMIT };
    law_add_maps(&text);
}

// Memory of all relatives in KiB; each page counts once.
static long needed(void)
{
    long sum = 0;
    for (int i = -1; i < relatives; i++) {
        char path[64], text[4096];
        snprintf(path, sizeof path, "/proc/%d/smaps_rollup", i < 0 ? getpid() : pids[i]);
        HOLDS(law_read(path, text, sizeof text) > 0);
        char *line = strstr(text, "\nPss:");
        HOLDS(line != NULL);
        if (line) sum += atol(line + 5);
    }
    return sum;
}

static bool is_filled(char *at, size_t from, size_t to, int step, char mark)
{
    static char expected[page];
    for (size_t i = from; i < to; i += page) {
        law_fill(expected, page, i / page + 1);
        if (step && i / page % step == 0) expected[0] = mark;
        if (memcmp(expected, at + i, page) != 0) return false;
    }
    return true;
}

static void fill(char *at, size_t length)
{
    for (size_t i = 0; i < length; i += page) law_fill(at + i, page, i / page + 1);
}

static void wait_for_the_end(void)
{
    char byte;
    maps_of_this(maps_before);
    __atomic_add_fetch(&pids[relatives], 1, __ATOMIC_ACQ_REL);
    while (read(go[0], &byte, 1) < 0 && errno == EINTR) { }
    maps_of_this(maps_after);
    SAME_TEXT(maps_before, maps_after);
}

static pid_t live(int which)
{
    pid_t pid = MUST(fork());
    if (pid > 0) return pids[which] = pid;
    close(go[1]);
    pid_t made = 0;
    int status;
    switch (which) {
    case writer:
        for (size_t i = 0; i < size; i += 50 * page) common[i] = 'w';
        file[page] = 'w';
        made = live(grandchild);
        break;
    case grandchild:
        for (size_t i = 0; i < size; i += 100 * page) common[i] = 'g';
        break;
    case unmapper:
        MUST(munmap(common + size / 4, size / 2));
        MUST(madvise(common, size / 16, MADV_DONTNEED));
        break;
    case mover:
        for (size_t i = 0; i < moved; i += page) own[i] = 'm';
        own = MUST(mremap(own, moved, moved, MREMAP_MAYMOVE | MREMAP_FIXED, common + size + moved));
        MUST(mprotect(common + size / 2, size / 4, PROT_READ));
        break;
    }
    pids[which] = getpid();
    wait_for_the_end();
    switch (which) {
    case child: HOLDS(is_filled(common, 0, size, 0, 0)); break;
    case writer: HOLDS(is_filled(common, 0, size, 50, 'w')); break;
    case mover: HOLDS(is_filled(common, 0, size, 0, 0)); break;
    case unmapper:
        HOLDS(law_zero(common, size / 16));
        HOLDS(is_filled(common, size / 16, size / 4, 0, 0));
        HOLDS(is_filled(common, size / 4 * 3, size, 0, 0));
        break;
    case grandchild:
        for (size_t i = 0; i < size; i += page) {
            char expected = i / page % 100 == 0 ? 'g' : 'w';
            if (i / page % 50 == 0) HOLDS(common[i] == expected);
            if (i / page % 50 == 0) common[i] = 'w';
        }
        HOLDS(is_filled(common, 0, size, 50, 'w'));
        break;
    }
    HOLDS(which == mover ? own[moved - page] == 'm' : is_filled(own, 0, moved, 0, 0));
    SAME(which == writer || which == grandchild ? 'w' : 'f', file[page]);
    SAME('f', file[0]);
    SAME('p', file[2 * page]);
    SAME(-1, msync(forgotten, page, MS_ASYNC));
    if (made) HOLDS(waitpid(made, &status, 0) == made && status == 0);
    _exit(law_differences != 0);
}

int main(void)
{
    law_begin();
    pids = MUST(mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    char *room = MUST(mmap(NULL, 2 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    MUST(munmap(room, 2 * size));
    common = MUST(mmap(room, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    own = MUST(mmap(room + size + 5 * moved, moved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    forgotten = MUST(mmap(room + size + 9 * moved, moved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
    int made = MUST(open(law_path("file"), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    for (int i = 0; i < 3 * page; i++) MUST(write(made, "f", 1));
    file = MUST(mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE, made, 0));
    close(made);
    MUST(madvise(common, size, MADV_NOHUGEPAGE));
    MUST(madvise(forgotten, moved, MADV_DONTFORK));
    fill(common, size);
    fill(own, moved);
    fill(forgotten, moved);
    file[2 * page] = 'p';
    MUST(pipe2(go, O_CLOEXEC));
    for (int i = 0; i < grandchild; i++) live(i);
    close(go[0]);
    for (size_t i = 0; i < size; i += 200 * page) common[i] = 'p';
    HOLDS(LAW_UNTIL(__atomic_load_n(&pids[relatives], __ATOMIC_ACQUIRE) == relatives));
    long before = needed();
    law_move();
    long after = needed();
    if (after * 10 > before * 11) law_say("differs: ", "", 0, "memory of all: before %ld KiB, after %ld KiB", before, after);
    HOLDS(after * 10 <= before * 11);
    HOLDS(is_filled(common, 0, size, 200, 'p'));
    HOLDS(is_filled(own, 0, moved, 0, 0));
    HOLDS(is_filled(forgotten, 0, moved, 0, 0));
    close(go[1]);
    for (int i = 0; i < grandchild; i++) {
        int status;
        HOLDS(wait(&status) > 0);
        SAME(0, status);
    }
    return law_verdict();
}
