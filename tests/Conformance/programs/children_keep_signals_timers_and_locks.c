// Each child keeps its own pending signals, timers, scheduling, limits, parent death signal, and a robust lock that its end tells of.
// law: far
#include "law.h"
#include <sys/resource.h>

struct common {
    pthread_mutex_t lock;
    atomic_int ready;
};

static struct common *common;
static int go[2];
static volatile sig_atomic_t alarms, ticks, values[3], got;

static void on_alarm(int number) { (void)number; alarms++; }
static void on_tick(int number) { (void)number; ticks++; }
static void on_value(int number, siginfo_t *info, void *context)
{
    (void)number; (void)context;
    if (got < 3) values[got++] = info->si_value.sival_int;
}

static void wait_for_go(void)
{
    char byte;
    close(go[1]);
    while (read(go[0], &byte, 1) != 0) { }
}

static void with_signals(pid_t parent)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN + 2);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    struct sigaction action = { .sa_sigaction = on_value, .sa_flags = SA_SIGINFO };
    sigaction(SIGRTMIN + 2, &action, NULL);
    common->ready++;
    wait_for_go();
    sigset_t pending;
    sigpending(&pending);
    HOLDS(sigismember(&pending, SIGUSR2) && sigismember(&pending, SIGRTMIN + 2) && !sigismember(&pending, SIGUSR1));
    siginfo_t info;
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);
    SAME(SIGUSR2, sigwaitinfo(&one, &info));
    SAME(parent, info.si_pid);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    SAME(3, got);
    for (int i = 0; i < 3; i++) SAME(10 + i, values[i]);
    _exit(law_verdict());
}

static void with_timers(void)
{
    signal(SIGALRM, on_alarm);
    signal(SIGUSR1, on_tick);
    struct itimerval every = { { 0, 20000 }, { 0, 20000 } };
    MUST(setitimer(ITIMER_REAL, &every, NULL));
    struct itimerval far = { { 5000, 0 }, { 9000, 0 } };
    MUST(setitimer(ITIMER_VIRTUAL, &far, NULL));
    timer_t timer;
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
    MUST(timer_create(CLOCK_MONOTONIC, &event, &timer));
    struct itimerspec often = { { 0, 20000000 }, { 0, 20000000 } };
    MUST(timer_settime(timer, 0, &often, NULL));
    struct sched_param priority = { 0 };
    MUST(sched_setscheduler(0, SCHED_BATCH, &priority));
    MUST(setpriority(PRIO_PROCESS, 0, 3));
    struct rlimit limit = { 1 << 20, 1 << 21 };
    MUST(setrlimit(RLIMIT_CORE, &limit));
    common->ready++;
    wait_for_go();
    alarms = ticks = 0;
    HOLDS(LAW_UNTIL(alarms > 2 && ticks > 2));
    struct itimerval now;
    MUST(getitimer(ITIMER_VIRTUAL, &now));
    SAME(5000, now.it_interval.tv_sec);
    HOLDS(now.it_value.tv_sec > 8000);
    SAME(SCHED_BATCH, sched_getscheduler(0));
    SAME(3, getpriority(PRIO_PROCESS, 0));
    MUST(getrlimit(RLIMIT_CORE, &limit));
    SAME(1 << 20, limit.rlim_cur);
    SAME(1 << 21, limit.rlim_max);
    _exit(law_verdict());
}

static void with_a_lock(void)
{
    MUST(prctl(PR_SET_PDEATHSIG, SIGTERM));
    pthread_mutex_lock(&common->lock);
    common->ready++;
    wait_for_go();
    int signal_of_death = 0;
    MUST(prctl(PR_GET_PDEATHSIG, &signal_of_death));
    // Ends with the lock held.
    _exit(signal_of_death == SIGTERM ? 0 : 1);
}

int main(void)
{
    law_begin();
    common = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    pthread_mutexattr_t robust;
    pthread_mutexattr_init(&robust);
    pthread_mutexattr_setpshared(&robust, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&robust, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&common->lock, &robust);
    MUST(pipe(go));
    pid_t parent = getpid(), children[3];
    for (int i = 0; i < 3; i++) {
        children[i] = MUST(fork());
        if (children[i] == 0) {
            if (i == 0) with_signals(parent);
            else if (i == 1) with_timers();
            else with_a_lock();
        }
    }
    while (common->ready < 3) law_sleep_ms(1);
    for (int i = 0; i < 3; i++) MUST(sigqueue(children[0], SIGRTMIN + 2, (union sigval) { .sival_int = 10 + i }));
    MUST(kill(children[0], SIGUSR2));
    close(go[0]);
    law_move();
    close(go[1]);
    SAME(EOWNERDEAD, pthread_mutex_lock(&common->lock));
    pthread_mutex_consistent(&common->lock);
    pthread_mutex_unlock(&common->lock);
    for (int i = 0; i < 3; i++) {
        int status;
        SAME(children[i], waitpid(children[i], &status, 0));
        SAME(0, status);
    }
    return law_verdict();
}
