// System V message queues keep ids, keys, and what waits in them: types, lengths, order; and who waits for one waits on.
// law: far lingers
#include "law.h"
#include <sys/ipc.h>
#include <sys/msg.h>

#define LONGEST 5000

struct letter { long type; char text[LONGEST]; };

static struct letter letter;

static void put(int queue, long type, int length, int seed)
{
    letter.type = type;
    law_fill(letter.text, length, seed);
    MUST(msgsnd(queue, &letter, length, 0));
}

static void take(int queue, long wanted, long type, int length, int seed)
{
    ssize_t got;
    while ((got = msgrcv(queue, &letter, sizeof letter.text, wanted, 0)) < 0 && errno == EINTR) { }
    SAME(length, got);
    SAME(type, letter.type);
    HOLDS(law_filled(letter.text, length, seed));
}

int main(void)
{
    law_begin();
    key_t key = 0x59000000 | getpid();
    int queue = MUST(msgget(key, IPC_CREAT | IPC_EXCL | 0640)), many = MUST(msgget(IPC_PRIVATE, 0600));
    struct msqid_ds facts, after;
    MUST(msgctl(queue, IPC_STAT, &facts));
    facts.msg_qbytes = 9000;
    MUST(msgctl(queue, IPC_SET, &facts));
    put(queue, 3, 100, 1);
    put(queue, 1, 0, 2);
    put(queue, 1L << 40, LONGEST, 3);
    put(queue, 3, 1, 4);
    for (int i = 0; i < 500; i++) put(many, i + 1, i % 30, i);
    pid_t child = MUST(fork());
    if (child == 0) {
        take(queue, 77, 77, 10, 5);
        _exit(law_verdict());
    }
    MUST(msgctl(queue, IPC_STAT, &facts));

    law_move();
    SAME(queue, msgget(key, 0));
    MUST(msgctl(queue, IPC_STAT, &after));
    SAME(facts.msg_perm.mode, after.msg_perm.mode);
    SAME(facts.msg_perm.uid, after.msg_perm.uid);
    SAME(facts.msg_qbytes, after.msg_qbytes);
    SAME(facts.msg_qnum, after.msg_qnum);
    SAME(facts.__msg_cbytes, after.__msg_cbytes);
    put(queue, 77, 10, 5);
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    take(queue, 0, 3, 100, 1);
    take(queue, 3, 3, 1, 4);
    take(queue, 0, 1, 0, 2);
    take(queue, 0, 1L << 40, LONGEST, 3);
    for (int i = 0; i < 500; i++) take(many, 0, i + 1, i % 30, i);
    SAME(-1, msgrcv(many, &letter, 1, 0, IPC_NOWAIT));
    SAME(0, msgctl(queue, IPC_RMID, NULL));
    SAME(0, msgctl(many, IPC_RMID, NULL));
    return law_verdict();
}
