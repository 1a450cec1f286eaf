// A POSIX message queue that is larger than a new namespace allows stays so, full of messages.
// law: root
#include "queue.h"

enum { LONGEST = 9000, FULL = 50 };

static char text[LONGEST];

static int length(int i) { return i == 0 ? LONGEST : i % 200; }

int main(void)
{
    law_begin();
    mqd_t queue = queue_make(FULL, LONGEST);
    for (int i = 0; i < FULL; i++) {
        law_fill(text, length(i), i);
        MUST(mq_send(queue, text, length(i), i < FULL / 2 ? 8 : 7));
    }

    law_move();
    SAME(-1, mq_send(queue, text, 1, 0));
    SAME(EAGAIN, errno);
    for (int i = 0; i < FULL; i++) {
        unsigned priority = 0;
        SAME(length(i), mq_receive(queue, text, LONGEST, &priority));
        SAME(i < FULL / 2 ? 8 : 7, priority);
        HOLDS(law_filled(text, length(i), i));
    }
    SAME(-1, mq_receive(queue, text, LONGEST, NULL));
    return law_verdict();
}
