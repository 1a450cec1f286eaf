// System V memory, semaphores and messages that a process outside uses too can't be carried, nor what SEM_UNDO would undo.
// obstacle: sysv-shm.*attached by processes outside
// obstacle: sysv-shm.*made by process
// obstacle: sysv-shm.*used by process
// obstacle: sysv-sem.*used by process
// obstacle: sysv-msg.*used by process
#include "../law.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

int main(void)
{
    law_begin();
    int ends[2], ids[2];
    MUST(pipe(ends));
    MUST(pipe(ids));
    int memory = MUST(shmget(IPC_PRIVATE, 4096, 0600)), set = MUST(semget(IPC_PRIVATE, 2, 0600)), queue = MUST(msgget(IPC_PRIVATE, 0600));
    int visited = MUST(shmget(IPC_PRIVATE, 4096, 0600));
    int *shared = MUST(shmat(memory, NULL, 0));
    MUST(shmctl(memory, IPC_RMID, NULL));
    struct sembuf first = { 0, 3, 0 }, second = { 1, 3, 0 };
    struct { long type; char text[1]; } letter = { 1, "a" };
    MUST(semop(set, &first, 1));
    pid_t child = MUST(fork());
    if (child == 0) {
        // Nobody's child that the test could mind; ends with the test.
        if (fork() == 0) {
            setsid();
            close(ends[1]);
            MUST(semop(set, &second, 1));
            MUST(shmdt(shmat(visited, NULL, 0)));
            MUST(msgsnd(queue, &letter, 1, 0));
            int made = MUST(shmget(IPC_PRIVATE, 4096, 0600));
            MUST(write(ids[1], &made, sizeof made));
            char byte;
            read(ends[0], &byte, 1);
            // Whoever is tried next may have the number of one who is gone.
            shmctl(visited, IPC_RMID, NULL);
            semctl(set, 0, IPC_RMID);
            msgctl(queue, IPC_RMID, NULL);
            _exit(0);
        }
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    close(ends[0]);
    int made;
    MUST(read(ids[0], &made, sizeof made));
    close(ids[0]);
    close(ids[1]);
    fcntl(ends[1], F_SETFD, 0);
    MUST(shmat(made, NULL, 0));
    MUST(shmctl(made, IPC_RMID, NULL));
    MUST(msgrcv(queue, &letter, 1, 0, 0));
    law_move();
    *shared = 1;
    SAME(3, semctl(set, 0, GETVAL));
    SAME(0, shmctl(visited, IPC_RMID, NULL));
    SAME(0, semctl(set, 0, IPC_RMID));
    SAME(0, msgctl(queue, IPC_RMID, NULL));
    return law_verdict();
}
