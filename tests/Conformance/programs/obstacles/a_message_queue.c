// A POSIX message queue can't be carried.
// obstacle: mqueue|message
#include "law.h"
#include <mqueue.h>

int main(void)
{
    law_begin();
    char name[64];
    snprintf(name, sizeof name, "/yadokari-%d", getpid());
    struct mq_attr attributes = { .mq_maxmsg = 4, .mq_msgsize = 64 };
    mqd_t queue = mq_open(name, O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attributes);
    if (queue < 0) law_skip("POSIX message queues");
    mq_unlink(name);
    MUST(mq_send(queue, "hello", 6, 0));
    law_move();
    char text[64];
    SAME(6, mq_receive(queue, text, sizeof text, NULL));
    return law_verdict();
}
