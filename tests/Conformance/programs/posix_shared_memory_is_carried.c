// POSIX shared memory and a semaphore inside it work on, with the name gone or still there.
#include "law.h"
#include <semaphore.h>

int main(void)
{
    law_begin();
    char name[64], gone[64];
    snprintf(name, sizeof name, "/yadokari-%d-kept", getpid());
    snprintf(gone, sizeof gone, "/yadokari-%d-gone", getpid());
    int kept_fd = MUST(shm_open(name, O_CREAT | O_RDWR | O_EXCL, 0600)), gone_fd = MUST(shm_open(gone, O_CREAT | O_RDWR | O_EXCL, 0600));
    MUST(ftruncate(kept_fd, 8192));
    MUST(ftruncate(gone_fd, 8192));
    char *kept = MUST(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, kept_fd, 0));
    char *lost = MUST(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, gone_fd, 0));
    close(kept_fd);
    MUST(shm_unlink(gone));
    sem_t *semaphore = (sem_t *)(lost + 4096);
    sem_init(semaphore, 1, 1);
    strcpy(kept, "kept");
    strcpy(lost, "lost");
    law_move();
    SAME_TEXT("kept", kept);
    SAME_TEXT("lost", lost);
    SAME(0, sem_trywait(semaphore));
    SAME(0, LAW_CHILD(sem_post(semaphore)));
    SAME(0, sem_trywait(semaphore));
    MUST(pwrite(gone_fd, "L", 1, 0));
    SAME('L', *lost);
    // Whoever opens the name sees the same memory.
    kept_fd = shm_open(name, O_RDWR, 0);
    char text[8] = "";
    HOLDS(kept_fd >= 0 && pread(kept_fd, text, 4, 0) == 4 && strcmp(text, "kept") == 0);
    shm_unlink(name);
    return law_verdict();
}
