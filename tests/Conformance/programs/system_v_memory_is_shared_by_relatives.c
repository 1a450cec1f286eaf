// System V shared memory stays one for relatives: ids, keys, modes, parts of it, holes, what was removed and what nobody has attached.
// law: far lingers
#include "law.h"
#include <sys/ipc.h>
#include <sys/shm.h>

#define PAGE 4096
#define SIZE (4 << 20)

static int named, removed, apart, part;
static volatile int *turn;  // in the removed one

static struct shmid_ds facts_of(int id)
{
    struct shmid_ds facts;
    MUST(shmctl(id, IPC_STAT, &facts));
    return facts;
}

static void child(char *memory)
{
    while (turn[0] != 1) law_sleep_ms(1);
    HOLDS(law_filled(memory + (1 << 20), 1 << 16, 7));
    law_fill(memory + (2 << 20), 1 << 16, 8);
    // What nobody had attached is found by its id; a detached one is attached again.
    char *other = MUST(shmat(apart, NULL, SHM_RDONLY));
    HOLDS(law_filled(other + PAGE, 100, 9));
    HOLDS(law_zero(other + 2 * PAGE, SIZE - 2 * PAGE));
    SAME(1, facts_of(apart).shm_nattch);
    SAME(0, shmdt(other));
    SAME(0, shmdt(memory));
    turn[0] = 2;
    _exit(law_verdict());
}

int main(void)
{
    law_begin();
    key_t key = 0x59000000 | getpid();
    named = MUST(shmget(key, SIZE, IPC_CREAT | IPC_EXCL | 0640));
    removed = MUST(shmget(IPC_PRIVATE, 100, 0600));
    apart = MUST(shmget(IPC_PRIVATE, SIZE, 0600));
    part = MUST(shmget(key + 0x1000000, 8 * PAGE, IPC_CREAT | IPC_EXCL | 0600));
    char *memory = MUST(shmat(named, NULL, 0));
    char *only_read = MUST(shmat(named, NULL, SHM_RDONLY));
    turn = MUST(shmat(removed, NULL, 0));
    char *filled = MUST(shmat(apart, NULL, 0));
    law_fill(filled + PAGE, 100, 9);
    MUST(shmdt(filled));
    char *parts = MUST(shmat(part, NULL, 0));
    for (int i = 0; i < 8; i++) parts[i * PAGE] = 'a' + i;
    MUST(munmap(parts + 2 * PAGE, PAGE));
    MUST(mprotect(parts + 5 * PAGE, PAGE, PROT_READ));
    struct shmid_ds set = facts_of(named);
    set.shm_perm.mode = 0604;
    MUST(shmctl(named, IPC_SET, &set));
    MUST(shmctl(removed, IPC_RMID, NULL));
    pid_t pid = MUST(fork());
    if (pid == 0) child(memory);
    law_fill(memory + (1 << 20), 1 << 16, 7);
    struct shmid_ds before[4] = { facts_of(named), facts_of(removed), facts_of(apart), facts_of(part) };

    law_move();
    int ids[4] = { named, removed, apart, part };
    for (int i = 0; i < 4; i++) {
        struct shmid_ds after = facts_of(ids[i]);
        SAME(before[i].shm_perm.__key, after.shm_perm.__key);
        SAME(before[i].shm_perm.uid, after.shm_perm.uid);
        SAME(before[i].shm_perm.gid, after.shm_perm.gid);
        SAME(before[i].shm_perm.cuid, after.shm_perm.cuid);
        SAME(before[i].shm_perm.mode, after.shm_perm.mode);
        SAME(before[i].shm_segsz, after.shm_segsz);
        SAME(before[i].shm_nattch, after.shm_nattch);
    }
    SAME(named, shmget(key, 0, 0));
    turn[0] = 1;
    HOLDS(LAW_UNTIL(turn[0] == 2));
    HOLDS(law_filled(only_read + (2 << 20), 1 << 16, 8));
    HOLDS(law_zero(only_read, 1 << 20));
    for (int i = 0; i < 8; i++) if (i != 2) SAME('a' + i, parts[i * PAGE]);
    HOLDS(!law_vmflag(only_read, "mw"));
    int status;
    SAME(pid, waitpid(pid, &status, 0));
    SAME(0, status);
    SAME(2, facts_of(named).shm_nattch);
    char *again = MUST(shmat(part, NULL, 0));
    SAME('c', again[2 * PAGE]);
    again[5 * PAGE] = 'z';
    SAME('z', parts[5 * PAGE]);
    SAME(0, shmdt(again));
    SAME(0, shmdt(parts));
    SAME(0, facts_of(part).shm_nattch);
    SAME(0, shmdt(only_read));
    SAME(0, shmdt(memory));
    SAME(0, shmdt((void *)turn));
    SAME(-1, shmctl(removed, IPC_STAT, &set));
    SAME(0, shmctl(named, IPC_RMID, NULL));
    SAME(0, shmctl(apart, IPC_RMID, NULL));
    SAME(0, shmctl(part, IPC_RMID, NULL));
    return law_verdict();
}
