// sigsuspend waits on after the move, and gives the old mask back when the signal comes.
#include "law.h"

static volatile int handled;
static pthread_t main_thread;

static void handle(int number) { (void)number; handled++; }

static void *poll(void *unused)
{
    (void)unused;
    law_move();
    HOLDS(handled == 0);
    pthread_kill(main_thread, SIGUSR1);
    return NULL;
}

int main(void)
{
    law_begin();
    struct sigaction action = { .sa_handler = handle };
    MUST(sigaction(SIGUSR1, &action, NULL));
    sigset_t blocked, open_;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigaddset(&blocked, SIGHUP);
    MUST(sigprocmask(SIG_SETMASK, &blocked, NULL));
    sigemptyset(&open_);
    sigaddset(&open_, SIGHUP);
    main_thread = pthread_self();
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, poll, NULL));
    HOLDS(sigsuspend(&open_) == -1 && errno == EINTR);
    SAME(1, handled);
    sigset_t after;
    sigprocmask(SIG_SETMASK, NULL, &after);
    HOLDS(sigismember(&after, SIGUSR1) && sigismember(&after, SIGHUP));
    pthread_join(thread, NULL);
    return law_verdict();
}
