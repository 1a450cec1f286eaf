// Blocked signals sent to one thread stay pending for that thread only.
#include "law.h"

static pthread_barrier_t set, moved;
static sigset_t signals;

static void *work(void *unused)
{
    (void)unused;
    siginfo_t info;
    struct timespec now = { 0 };
    MUST(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR2));
    siginfo_t own = { .si_signo = SIGRTMIN + 5, .si_code = SI_QUEUE };
    own.si_value.sival_ptr = (void *)0x1234567890;
    MUST(syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGRTMIN + 5, &own));
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&moved);
    sigset_t pending;
    sigpending(&pending);
    HOLDS(sigismember(&pending, SIGUSR2) && sigismember(&pending, SIGRTMIN + 5));
    // The C library would make SI_USER of SI_TKILL.
    SAME(SIGUSR2, syscall(SYS_rt_sigtimedwait, &signals, &info, &now, 8));
    SAME(SI_TKILL, info.si_code);
    SAME(SIGRTMIN + 5, sigtimedwait(&signals, &info, &now));
    SAME(0x1234567890, (long)info.si_value.sival_ptr);
    return NULL;
}

int main(void)
{
    law_begin();
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR2);
    sigaddset(&signals, SIGRTMIN + 5);
    MUST(sigprocmask(SIG_BLOCK, &signals, NULL));
    pthread_barrier_init(&set, NULL, 2);
    pthread_barrier_init(&moved, NULL, 2);
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, work, NULL));
    pthread_barrier_wait(&set);
    law_move();
    sigset_t pending;
    sigpending(&pending);
    HOLDS(!sigismember(&pending, SIGUSR2) && !sigismember(&pending, SIGRTMIN + 5));
    pthread_barrier_wait(&moved);
    pthread_join(thread, NULL);
    return law_verdict();
}
