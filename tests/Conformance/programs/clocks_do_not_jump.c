// The monotonic, raw and boot clocks neither go back nor jump, seen from a thread that looks all the time.
// law: far
#include "law.h"

static atomic_bool stop;
enum { MONOTONIC, BOOTTIME, RAW, COARSE, REALTIME };
static const clockid_t clocks[] = { CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE, CLOCK_REALTIME };
static int64_t back[5], leap;

static void *look(void *unused)
{
    int64_t last[5];
    for (int i = 0; i < 5; i++) last[i] = law_now(clocks[i]);
    while (!stop)
        for (int i = 0; i < 5; i++) {
            int64_t now = law_now(clocks[i]);
            if (now < last[i] && last[i] - now > back[i]) back[i] = last[i] - now;
            if (now - last[i] > leap) leap = now - last[i];
            last[i] = now;
        }
    return unused;
}

int main(void)
{
    law_begin();
    pthread_t thread;
    int64_t start[5];
    for (int i = 0; i < 5; i++) start[i] = law_now(clocks[i]);
    MUST_BE_0(pthread_create(&thread, NULL, look, NULL));
    law_move();
    stop = true;
    pthread_join(thread, NULL);
    SAME(0, back[MONOTONIC]);
    SAME(0, back[BOOTTIME]);
    SAME(0, back[RAW]);
    SAME(0, back[COARSE]);
    SAME(0, back[REALTIME]);
    HOLDS(leap < 120000000000LL);
    int64_t monotonic = law_now(CLOCK_MONOTONIC) - start[0];
    for (int i = 1; i < 5; i++) {
        int64_t apart = law_now(clocks[i]) - start[i] - monotonic;
        HOLDS(apart > -1000000000LL && apart < 120000000000LL);
    }
    // The system call and the vdso agree.
    struct timespec kernel;
    MUST(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &kernel));
    int64_t apart = law_now(CLOCK_MONOTONIC) - (kernel.tv_sec * 1000000000LL + kernel.tv_nsec);
    HOLDS(apart >= 0 && apart < 1000000000LL);
    return law_verdict();
}
