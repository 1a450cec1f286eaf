// System V semaphores keep ids, keys, owners and values, and relatives that wait for them wait on.
// law: far lingers
#include "law.h"
#include <sys/ipc.h>
#include <sys/sem.h>

#define CHILDREN 3

union semun { int val; struct semid_ds *buf; unsigned short *array; };

static int change(int set, int number, int by)
{
    struct sembuf operation = { number, by, 0 };
    int result;
    while ((result = semop(set, &operation, 1)) < 0 && errno == EINTR) { }
    return result;
}

int main(void)
{
    law_begin();
    key_t key = 0x59000000 | getpid();
    int set = MUST(semget(key, CHILDREN + 2, IPC_CREAT | IPC_EXCL | 0620 | 0400));
    int other = MUST(semget(IPC_PRIVATE, 250, 0600));
    // Once used it is the job's for certain, and goes with it.
    MUST(semctl(other, 249, SETVAL, (union semun){ .val = 3 }));
    unsigned short values[CHILDREN + 2] = { 0, 0, 0, 32767, 5 }, after[CHILDREN + 2];
    MUST(semctl(set, 0, SETALL, (union semun){ .array = values }));
    pid_t children[CHILDREN];
    for (int i = 0; i < CHILDREN; i++)
        if ((children[i] = MUST(fork())) == 0) {
            // One waits for the value, one for zero of another, each is woken by the one before it.
            SAME(0, change(set, i, -1));
            SAME(0, change(set, CHILDREN + 1, -1));
            if (i + 1 < CHILDREN) SAME(0, change(set, i + 1, 1));
            _exit(law_verdict());
        }
    HOLDS(LAW_UNTIL(semctl(set, CHILDREN - 1, GETNCNT) == 1));
    struct semid_ds facts, facts_after;
    MUST(semctl(set, 0, IPC_STAT, (union semun){ .buf = &facts }));

    law_move();
    SAME(set, semget(key, 0, 0));
    MUST(semctl(set, 0, IPC_STAT, (union semun){ .buf = &facts_after }));
    SAME(facts.sem_perm.mode, facts_after.sem_perm.mode);
    SAME(facts.sem_perm.uid, facts_after.sem_perm.uid);
    SAME(facts.sem_perm.cuid, facts_after.sem_perm.cuid);
    SAME(facts.sem_nsems, facts_after.sem_nsems);
    MUST(semctl(set, 0, GETALL, (union semun){ .array = after }));
    for (int i = 0; i < CHILDREN + 2; i++) SAME(values[i], after[i]);
    SAME(3, semctl(other, 249, GETVAL));
    SAME(0, semctl(other, 248, GETVAL));
    SAME(0, change(set, 0, 1));
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        SAME(children[i], waitpid(children[i], &status, 0));
        SAME(0, status);
    }
    SAME(5 - CHILDREN, semctl(set, CHILDREN + 1, GETVAL));
    SAME(0, semctl(set, 0, IPC_RMID));
    SAME(0, semctl(other, 0, IPC_RMID));
    return law_verdict();
}
