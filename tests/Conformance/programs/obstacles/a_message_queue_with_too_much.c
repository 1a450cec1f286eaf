// A POSIX message queue that holds more than can be looked at at once can't be carried.
// law: root
// obstacle: message-queue.*more than can be looked at
#include "../queue.h"

enum { LONGEST = 16384, FULL = 16 };

int main(void)
{
    law_begin();
    static char text[LONGEST];
    mqd_t queue = queue_make(FULL, LONGEST);
    for (int i = 0; i < FULL; i++) {
        law_fill(text, LONGEST, i);
        MUST(mq_send(queue, text, LONGEST, 0));
    }
    law_move();
    for (int i = 0; i < FULL; i++) {
        SAME(LONGEST, mq_receive(queue, text, LONGEST, NULL));
        HOLDS(law_filled(text, LONGEST, i));
    }
    return law_verdict();
}
