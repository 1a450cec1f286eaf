// ppoll and pselect with a signal mask of their own wait on, and the thread's own mask is back afterwards.
#include "law.h"
#include <poll.h>
#include <sys/select.h>

static int ends[2], others[2];
static atomic_int started;

static void check_mask(void)
{
    sigset_t after;
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    HOLDS(sigismember(&after, SIGUSR1) && !sigismember(&after, SIGUSR2));
}

static void prepare(sigset_t *during)
{
    sigset_t own;
    sigemptyset(&own);
    sigaddset(&own, SIGUSR1);
    pthread_sigmask(SIG_SETMASK, &own, NULL);
    sigemptyset(during);
    sigaddset(during, SIGUSR2);
    started++;
}

static void *in_ppoll(void *unused)
{
    sigset_t during;
    prepare(&during);
    struct pollfd one = { ends[0], POLLIN, 0 };
    struct timespec limit = { 600, 0 };
    SAME(1, ppoll(&one, 1, &limit, &during));
    check_mask();
    return unused;
}

static void *in_pselect(void *unused)
{
    sigset_t during;
    prepare(&during);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(others[0], &set);
    SAME(1, pselect(others[0] + 1, &set, NULL, NULL, NULL, &during));
    HOLDS(FD_ISSET(others[0], &set));
    check_mask();
    return unused;
}

int main(void)
{
    law_begin();
    law_compares = false;
    MUST(pipe(ends));
    MUST(pipe(others));
    pthread_t threads[2];
    MUST_BE_0(pthread_create(&threads[0], NULL, in_ppoll, NULL));
    MUST_BE_0(pthread_create(&threads[1], NULL, in_pselect, NULL));
    HOLDS(LAW_UNTIL(started == 2));
    law_move();
    MUST(write(ends[1], "x", 1));
    MUST(write(others[1], "x", 1));
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    return law_verdict();
}
