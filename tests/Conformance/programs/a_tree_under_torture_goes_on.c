// A tree of processes with threads that does everything at random loses nothing and counts nothing twice: workers that live long (shared pages, pipes, files, timers, signals, stops), and pieces that come and go (torture/pieces.h).
// law: torture nocompare
#include "law.h"
#include "torture/pieces.h"

#define AT_ONCE 6

static int ring[WORKERS][2], orders[WORKERS][2], journal, counter;
static int own = -1;
static volatile sig_atomic_t ticks;

static void on_tick(int number) { (void)number; ticks++; }
static void on_number(int number, siginfo_t *info, void *context)
{
    (void)number; (void)context;
    // Only this thread changes it.
    common->heard[own] += info->si_value.sival_int;
}

static void touch_page(void)
{
    int slot = pick(SLOTS);
    pthread_mutex_lock(&common->lock);
    uint64_t before = common->pages[slot].seed;
    if (before) RIGHT(law_filled(common->pages[slot].bytes, sizeof common->pages[slot].bytes, before));
    uint64_t seed = state | 1;
    law_fill(common->pages[slot].bytes, sizeof common->pages[slot].bytes, seed);
    common->pages[slot].seed = seed;
    common->total++;
    common->sums[own]++;
    pthread_mutex_unlock(&common->lock);
}

static void *second(void *argument)
{
    state = (uint64_t)(uintptr_t)argument * 977 + 5;
    char *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    while (!common->stop) {
        size_t length = 4096 * (1 + pick(20));
        uint64_t seed = state | 1;
        law_fill(memory, length, seed);
        law_sleep_ms(5 + pick(40));
        RIGHT(law_filled(memory, length, seed));
        if (pick(4) == 0) {
            RIGHT(madvise(memory, length, MADV_DONTNEED) == 0);
            RIGHT(law_zero(memory, length));
        }
        common->beats[own]++;
    }
    return NULL;
}

static void short_lived(void)
{
    int code = pick(200);
    pid_t child = fork();
    RIGHT(child >= 0);
    if (child == 0) {
        law_sleep_ms(pick(20));
        _exit(code);
    }
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) { }
    RIGHT(status == code << 8);
}

// Pieces come and go; what has ended lies about for a while.
static void look_after_pieces(void)
{
    static struct { pid_t piece; int64_t due; } slots[AT_ONCE];
    int one = pick(AT_ONCE);
    if (!slots[one].piece) {
        slots[one].piece = offspring(any_piece, NULL);
        slots[one].due = law_now(CLOCK_MONOTONIC) + pick(300) * 1000000LL;
        return;
    }
    siginfo_t info = { 0 };
    RIGHT(waitid(P_PID, slots[one].piece, &info, WEXITED | WNOHANG | WNOWAIT) == 0);
    if (info.si_pid == 0 || law_now(CLOCK_MONOTONIC) < slots[one].due) return;
    EQUAL(0, ending(slots[one].piece));
    slots[one].piece = 0;
}

static void work(uint64_t seed)
{
    state = seed * 7919 + own;
    who = "worker";
    struct sigaction tick = { .sa_handler = on_tick, .sa_flags = SA_RESTART }, number = { .sa_sigaction = on_number, .sa_flags = SA_SIGINFO | SA_RESTART };
    sigaction(SIGALRM, &tick, NULL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 1);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigaction(SIGRTMIN + 1, &number, NULL);
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, second, (void *)(uintptr_t)(own + 1)));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    struct itimerval every = { { 0, 30000 }, { 0, 30000 } };
    MUST(setitimer(ITIMER_REAL, &every, NULL));
    char name[64], line[64];
    snprintf(name, sizeof name, "worker-%d", own);
    int file = MUST(open(law_path(name), O_RDWR | O_CREAT | O_TRUNC, 0600));
    off_t written = 0;
    unlink(law_path(name));
    while (!common->stop) {
        switch (pick(7)) {
        case 0: case 1: touch_page(); break;
        case 2: {
            // The token of the ring, when it is here.
            struct { long hops; uint64_t check; } token;
            int flags = fcntl(ring[own][0], F_GETFL);
            fcntl(ring[own][0], F_SETFL, flags | O_NONBLOCK);
            ssize_t got = read(ring[own][0], &token, sizeof token);
            fcntl(ring[own][0], F_SETFL, flags & ~O_NONBLOCK);
            if (got == sizeof token) {
                RIGHT(token.check == (uint64_t)token.hops * 2654435761u);
                token.hops++;
                token.check = (uint64_t)token.hops * 2654435761u;
                RIGHT(write(ring[(own + 1) % WORKERS][1], &token, sizeof token) == sizeof token);
            }
            break;
        }
        case 3: {
            int length = snprintf(line, sizeof line, "%d %ld\n", own, common->lines[own]);
            RIGHT(write(journal, line, length) == length);
            common->lines[own]++;
            break;
        }
        case 4: {
            uint64_t block[512];
            law_fill(block, sizeof block, written + 1);
            RIGHT(pwrite(file, block, sizeof block, written) == sizeof block);
            written += sizeof block;
            off_t at = (off_t)pick(written / sizeof block) * (off_t)sizeof block;
            RIGHT(pread(file, block, sizeof block, at) == sizeof block && law_filled(block, sizeof block, at + 1));
            if (written > 1 << 20) { RIGHT(ftruncate(file, 0) == 0); written = 0; }
            break;
        }
        case 5: if (pick(3) == 0) short_lived(); break;
        case 6: {
            int before = ticks;
            for (int i = 0; i < 400 && ticks == before; i++) law_sleep_ms(5);
            RIGHT(ticks != before);
            break;
        }
        }
        common->beats[own]++;
        rest();
    }
    pthread_join(thread, NULL);
    // What was sent before the end has come: signals of real time are not lost.
    struct { char word; long sent; } last;
    RIGHT(full_read(orders[own][0], &last, sizeof last));
    RIGHT(last.sent == common->heard[own]);
    _exit(0);
}

int main(int count, char **arguments)
{
    law_begin();
    if (count > 4 && strcmp(arguments[1], "piece") == 0) return piece_as_program(arguments + 2);
    const char *given = getenv("LAW_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)law_now(CLOCK_REALTIME);
    law_say("", __FILE__, __LINE__, "LAW_SEED=%lu", (unsigned long)seed);
    state = seed;
    common_file = MUST(memfd_create("common", 0));
    MUST(ftruncate(common_file, sizeof *common));
    common = MUST(mmap(NULL, sizeof *common, PROT_READ | PROT_WRITE, MAP_SHARED, common_file, 0));
    pthread_mutexattr_t shared;
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&common->lock, &shared);
    for (int i = 0; i < WORKERS; i++) { MUST(pipe(ring[i])); MUST(pipe(orders[i])); }
    journal = MUST(open(law_path("journal"), O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600));
    counter = MUST(eventfd(0, 0));
    pid_t workers[WORKERS];
    // Their numbers wait until they are listened to.
    sigset_t numbers;
    sigemptyset(&numbers);
    sigaddset(&numbers, SIGRTMIN + 1);
    MUST(sigprocmask(SIG_BLOCK, &numbers, NULL));
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = MUST(fork());
        if (workers[i] == 0) { own = i; work(seed); }
    }
    MUST(sigprocmask(SIG_UNBLOCK, &numbers, NULL));
    for (int i = 0; i < 3; i++) {
        struct { long hops; uint64_t check; } token = { 0, 0 };
        MUST(write(ring[pick(WORKERS)][1], &token, sizeof token));
    }
    law_ready();
    bool stopped[WORKERS] = { false };
    long beats[WORKERS] = { 0 };
    int64_t look = law_now(CLOCK_MONOTONIC);
    while (!law_gone_on()) {
        int one = pick(WORKERS), status;
        switch (pick(5)) {
        case 0: {
            int value = pick(1000);
            if (sigqueue(workers[one], SIGRTMIN + 1, (union sigval) { .sival_int = value }) == 0) common->sent[one] += value;
            break;
        }
        case 1:
            if (!stopped[one] && pick(4) == 0) {
                MUST(kill(workers[one], SIGSTOP));
                SAME(workers[one], waitpid(workers[one], &status, WUNTRACED));
                SAME(SIGSTOP << 8 | 0x7f, status);
                // Nobody waits for a lock that it has.
                if (pthread_mutex_trylock(&common->lock) == 0) { pthread_mutex_unlock(&common->lock); stopped[one] = true; }
                else kill(workers[one], SIGCONT);
            } else if (stopped[one]) {
                RIGHT(waitpid(workers[one], &status, WUNTRACED | WNOHANG) == 0);
                MUST(kill(workers[one], SIGCONT));
                stopped[one] = false;
            }
            break;
        case 2: {
            uint64_t value = pick(100) + 1, back = 0;
            RIGHT(write(counter, &value, 8) == 8);
            RIGHT(read(counter, &back, 8) == 8 && back == value);
            break;
        }
        case 3: break;
        case 4: look_after_pieces(); break;
        }
        law_sleep_ms(2 + pick(8));
        if (law_now(CLOCK_MONOTONIC) - look > 20000000000LL) {
            for (int i = 0; i < WORKERS; i++) {
                RIGHT(stopped[i] || common->beats[i] != beats[i]);
                beats[i] = common->beats[i];
            }
            look = law_now(CLOCK_MONOTONIC);
        }
    }
    for (int i = 0; i < WORKERS; i++) if (stopped[i]) MUST(kill(workers[i], SIGCONT));
    common->stop = 1;
    law_say("", __FILE__, __LINE__, "pieces: %ld", common->pieces);
    for (int i = 0; i < WORKERS; i++) {
        LAW_UNTIL(common->heard[i] == common->sent[i]);
        SAME(common->sent[i], common->heard[i]);
        struct { char word; long sent; } last = { 'e', common->sent[i] };
        MUST(write(orders[i][1], &last, sizeof last));
    }
    for (int i = 0; i < WORKERS; i++) {
        int status;
        SAME(workers[i], waitpid(workers[i], &status, 0));
        SAME(0, status);
    }
    SAME(0, common->wrong);
    long sum = 0, lines[WORKERS] = { 0 };
    for (int i = 0; i < WORKERS; i++) sum += common->sums[i];
    SAME(sum, common->total);
    int tokens = 0, bytes = 0;
    for (int i = 0; i < WORKERS; i++) {
        MUST(ioctl(ring[i][0], FIONREAD, &bytes));
        tokens += bytes / 16;
        HOLDS(bytes % 16 == 0);
    }
    SAME(3, tokens);
    FILE *all = fopen(law_path("journal"), "r");
    int who;
    long number;
    while (all && fscanf(all, "%d %ld\n", &who, &number) == 2) SAME(lines[who]++, number);
    for (int i = 0; i < WORKERS; i++) SAME(common->lines[i], lines[i]);
    return law_verdict();
}
