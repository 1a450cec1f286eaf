// What SEM_UNDO undoes to System V semaphores at the end of a process is undone after a move as it would have been before: of children,
// killed or not, of a process with threads, by much and by nothing in the sum.
// law: far lingers
#include "law.h"
#include <sys/ipc.h>
#include <sys/sem.h>

enum { COUNT = 300, FULL = 32767 };

static int set, other;

static int change(int of, int number, int by, int flags)
{
    struct sembuf operation = { number, by, flags };
    int result;
    while ((result = semop(of, &operation, 1)) < 0 && errno == EINTR) { }
    return result;
}

static void *hold(void *unused)
{
    (void)unused;
    MUST(change(set, 4, -1, SEM_UNDO));
    law_create("held");
    while (access(law_path("go"), F_OK) != 0) law_sleep_ms(2);
    return NULL;
}

static int values(int of, int number)
{
    return semctl(of, number, GETVAL);
}

int main(void)
{
    law_begin();
    set = MUST(semget(IPC_PRIVATE, COUNT, 0600));
    other = MUST(semget(IPC_PRIVATE, 2, 0600));
    for (int i = 0; i < COUNT; i++) MUST(change(set, i, i % 7 + 2, 0));
    MUST(change(other, 0, FULL, 0));
    MUST(change(other, 1, 0, 0));

    int taker = MUST(fork());
    if (taker == 0) {
        MUST(change(set, 0, -1, SEM_UNDO));
        MUST(change(set, COUNT - 1, 3, SEM_UNDO));
        // Taken and given back: nothing is left to undo.
        MUST(change(set, 1, -1, SEM_UNDO));
        MUST(change(set, 1, 1, SEM_UNDO));
        for (;;) pause();
    }
    int full = MUST(fork());
    if (full == 0) {
        MUST(change(other, 0, -FULL, SEM_UNDO));
        MUST(change(other, 1, FULL, SEM_UNDO));
        for (;;) pause();
    }
    int threads = MUST(fork());
    if (threads == 0) {
        pthread_t thread;
        MUST(change(set, 4, -2, SEM_UNDO));
        MUST_BE_0(pthread_create(&thread, NULL, hold, NULL));
        pthread_join(thread, NULL);
        // The list is the process's: the end of the thread gives nothing back.
        SAME(3, values(set, 4));
        law_create("joined");
        while (access(law_path("give"), F_OK) != 0) law_sleep_ms(2);
        _exit(law_verdict());
    }
    HOLDS(LAW_UNTIL(values(set, 0) == 1 && values(set, 1) == 3 && values(set, COUNT - 1) == (COUNT - 1) % 7 + 5 && values(other, 1) == FULL && access(law_path("held"), F_OK) == 0));
    SAME(3, values(set, 4));

    law_move();
    SAME(1, values(set, 0));
    SAME(3, values(set, 4));
    SAME(0, values(other, 0));
    SAME(FULL, values(other, 1));
    int status;
    HOLDS(LAW_UNTIL(access(law_path("joined"), F_OK) == 0));
    SAME(3, values(set, 4));
    law_create("give");
    SAME(threads, waitpid(threads, &status, 0));
    SAME(0, status);
    SAME(6, values(set, 4));
    SAME(0, kill(taker, SIGKILL));
    SAME(taker, waitpid(taker, NULL, 0));
    for (int i = 0; i < COUNT; i++) SAME(i % 7 + 2, values(set, i));
    SAME(0, kill(full, SIGTERM));
    SAME(full, waitpid(full, NULL, 0));
    SAME(FULL, values(other, 0));
    SAME(0, values(other, 1));
    SAME(0, semctl(set, 0, IPC_RMID));
    SAME(0, semctl(other, 0, IPC_RMID));
    return law_verdict();
}
