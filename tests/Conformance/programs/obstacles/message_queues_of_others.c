// A POSIX message queue that a process outside has open too can't be carried.
// obstacle: shared-descriptor.*mq-both
// obstacle: shared-descriptor.*mq-own
#include "../law.h"
#include <mqueue.h>

static mqd_t make(const char *name)
{
    struct mq_attr attributes = { .mq_maxmsg = 2, .mq_msgsize = 64 };
    mqd_t queue = mq_open(name, O_CREAT | O_RDWR | O_NONBLOCK, 0600, &attributes);
    if (queue < 0) law_skip("POSIX message queues");
    return queue;
}

int main(void)
{
    law_begin();
    char both_name[64], own_name[64], text[64];
    snprintf(both_name, sizeof both_name, "/mq-both-%d", getpid());
    snprintf(own_name, sizeof own_name, "/mq-own-%d", getpid());
    int ends[2], ready[2];
    MUST(pipe(ends));
    MUST(pipe(ready));
    mqd_t both = make(both_name), own = make(own_name);
    mq_unlink(both_name);
    pid_t child = MUST(fork());
    if (child == 0) {
        // Nobody's child that the test could mind; ends with the test.
        if (fork() == 0) {
            setsid();
            close(ends[1]);
            mq_close(own);
            own = MUST(mq_open(own_name, O_RDONLY));
            char byte = 1;
            MUST(write(ready[1], &byte, 1));
            read(ends[0], &byte, 1);
        }
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    MUST(read(ready[0], text, 1));
    close(ready[0]);
    close(ready[1]);
    close(ends[0]);
    mq_unlink(own_name);
    MUST(mq_send(own, "abc", 3, 1));
    law_move();
    SAME(3, mq_receive(own, text, sizeof text, NULL));
    MUST(mq_send(both, "a", 1, 0));
    return law_verdict();
}
