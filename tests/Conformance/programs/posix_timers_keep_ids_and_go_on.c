// POSIX timers keep their ids (with holes), clocks, signals and values, and go on ticking.
// law: far
#include "law.h"

static atomic_int ticks[64];

static void on_tick(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    if (info->si_code == SI_TIMER && info->si_value.sival_int >= 0 && info->si_value.sival_int < 64) ticks[info->si_value.sival_int]++;
}

static int make(clockid_t clock, int signal, int value, int notify)
{
    struct sigevent event = { .sigev_notify = notify, .sigev_signo = signal, .sigev_value.sival_int = value };
    if (notify == SIGEV_THREAD_ID) event._sigev_un._tid = gettid();
    int id;
    MUST(syscall(SYS_timer_create, clock, &event, &id));
    return id;
}

static void set(int id, long every_ms, long first_ms)
{
    struct itimerspec time = { { every_ms / 1000, every_ms % 1000 * 1000000 }, { first_ms / 1000, first_ms % 1000 * 1000000 } };
    MUST(syscall(SYS_timer_settime, id, 0, &time, NULL));
}

int main(void)
{
    law_begin();
    struct sigaction action = { .sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART };
    MUST(sigaction(SIGRTMIN, &action, NULL));
    MUST(sigaction(SIGUSR1, &action, NULL));
    int ids[8];
    for (int i = 0; i < 8; i++)
        ids[i] = make(i % 2 ? CLOCK_REALTIME : CLOCK_MONOTONIC, i < 6 ? SIGRTMIN : SIGUSR1, i, i == 4 ? SIGEV_THREAD_ID : SIGEV_SIGNAL);
    MUST(syscall(SYS_timer_delete, ids[0]));
    MUST(syscall(SYS_timer_delete, ids[3]));
    int none = make(CLOCK_MONOTONIC, 0, 0, SIGEV_NONE);
    set(ids[1], 5, 5);
    set(ids[2], 5, 5);
    set(ids[4], 5, 5);
    set(ids[6], 0, 3600000);
    set(none, 0, 1800000);
    law_move();
    static const int ticking[] = { 1, 2, 4 };
    for (int i = 0; i < 3; i++) {
        int before = ticks[ticking[i]];
        HOLDS(LAW_UNTIL(ticks[ticking[i]] >= before + 2));
    }
    struct itimerspec now;
    SAME(0, syscall(SYS_timer_gettime, ids[6], &now));
    HOLDS(now.it_value.tv_sec <= 3600 && now.it_value.tv_sec >= 3480 && now.it_interval.tv_sec == 0);
    SAME(0, syscall(SYS_timer_gettime, none, &now));
    HOLDS(now.it_value.tv_sec <= 1800 && now.it_value.tv_sec >= 1680);
    SAME(0, syscall(SYS_timer_gettime, ids[7], &now));
    HOLDS(now.it_value.tv_sec == 0 && now.it_value.tv_nsec == 0);
    set(ids[7], 0, 1);
    HOLDS(LAW_UNTIL(ticks[7] == 1));
    HOLDS(syscall(SYS_timer_gettime, ids[0], &now) == -1 && errno == EINVAL);
    HOLDS(syscall(SYS_timer_gettime, ids[3], &now) == -1 && errno == EINVAL);
    for (int i = 0; i < 8; i++) if (i != 0 && i != 3) SAME(0, syscall(SYS_timer_delete, ids[i]));
    return law_verdict();
}
