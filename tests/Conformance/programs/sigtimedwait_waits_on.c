// A thread in sigtimedwait waits on across the move and gets the signal sent after it.
#include "law.h"

static pthread_t main_thread;

static void *poll(void *unused)
{
    (void)unused;
    law_move();
    pthread_sigqueue(main_thread, SIGRTMIN, (union sigval){ .sival_int = 55 });
    return NULL;
}

int main(void)
{
    law_begin();
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    MUST(sigprocmask(SIG_BLOCK, &set, NULL));
    main_thread = pthread_self();
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, poll, NULL));
    siginfo_t info = { 0 };
    struct timespec limit = { 60, 0 };
    SAME(SIGRTMIN, sigtimedwait(&set, &info, &limit));
    SAME(55, info.si_value.sival_int);
    pthread_join(thread, NULL);
    return law_verdict();
}
