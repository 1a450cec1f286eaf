// What is undone to semaphores when the last of two processes has ended (CLONE_SYSVSEM) can't be carried.
// obstacle: sysv-undo
#include "law.h"
#include <sys/ipc.h>
#include <sys/sem.h>

int main(void)
{
    law_begin();
    law_compares = false;
    int set = MUST(semget(IPC_PRIVATE, 1, 0600));
    struct sembuf up = { 0, 2, 0 }, down = { 0, -1, SEM_UNDO };
    MUST(semop(set, &up, 1));
    int child = MUST(syscall(SYS_clone, SIGCHLD | CLONE_SYSVSEM, NULL, NULL, NULL, 0L));
    if (child == 0) {
        MUST(semop(set, &down, 1));
        for (;;) pause();
    }
    HOLDS(LAW_UNTIL(semctl(set, 0, GETVAL) == 1));
    law_move();
    SAME(0, kill(child, SIGKILL));
    SAME(child, waitpid(child, NULL, 0));
    SAME(1, semctl(set, 0, GETVAL));
    SAME(0, semctl(set, 0, IPC_RMID));
    return law_verdict();
}
