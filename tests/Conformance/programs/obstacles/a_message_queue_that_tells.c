// A POSIX message queue that is to tell of its next message can't be carried: with which value, nobody can see.
// obstacle: message-queue.*mq_notify
#include "../law.h"
#include <mqueue.h>

static volatile sig_atomic_t told;

static void hear(int signal, siginfo_t *about, void *unused)
{
    (void)signal;
    (void)unused;
    told = about->si_value.sival_int;
}

int main(void)
{
    law_begin();
    char name[64];
    snprintf(name, sizeof name, "/yadokari-%d", getpid());
    struct mq_attr attributes = { .mq_maxmsg = 2, .mq_msgsize = 64 };
    mqd_t queue = mq_open(name, O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attributes);
    if (queue < 0) law_skip("POSIX message queues");
    mq_unlink(name);
    struct sigaction action = { .sa_sigaction = hear, .sa_flags = SA_SIGINFO };
    MUST(sigaction(SIGUSR1, &action, NULL));
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 4711 };
    MUST(mq_notify(queue, &event));
    law_move();
    MUST(mq_send(queue, "hello", 6, 0));
    HOLDS(LAW_UNTIL(told == 4711));
    char text[64];
    SAME(6, mq_receive(queue, text, sizeof text, NULL));
    return law_verdict();
}
