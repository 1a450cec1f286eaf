// One single call of nanosleep, poll with a limit, and futex with a limit survives any number of moves.
// law: far
#include "law.h"
#include <linux/futex.h>
#include <poll.h>

static atomic_int started, early;
static pthread_t sleepers[3];

static void *in_sleep(void *unused)
{
    struct timespec time = { 3000, 0 };
    started++;
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
    early++;
    return unused;
}

static void *in_poll(void *unused)
{
    started++;
    poll(NULL, 0, 3000000);
    early++;
    return unused;
}

static void *in_futex(void *unused)
{
    static int word;
    struct timespec time = { 3000, 0 };
    started++;
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &time, NULL, 0);
    early++;
    return unused;
}

int main(void)
{
    law_begin();
    MUST_BE_0(pthread_create(&sleepers[0], NULL, in_sleep, NULL));
    MUST_BE_0(pthread_create(&sleepers[1], NULL, in_poll, NULL));
    MUST_BE_0(pthread_create(&sleepers[2], NULL, in_futex, NULL));
    HOLDS(LAW_UNTIL(started == 3));
    law_move();
    SAME(0, early);
    return law_verdict();
}
