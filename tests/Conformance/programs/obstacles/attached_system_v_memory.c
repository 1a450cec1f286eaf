// Attached System V shared memory can't be carried.
// obstacle: sysv
#include "law.h"
#include <sys/shm.h>

int main(void)
{
    law_begin();
    int id = MUST(shmget(IPC_PRIVATE, 8192, 0600));
    char *memory = shmat(id, NULL, 0);
    MUST(shmctl(id, IPC_RMID, NULL));
    strcpy(memory, "attached");
    law_move();
    SAME_TEXT("attached", memory);
    return law_verdict();
}
