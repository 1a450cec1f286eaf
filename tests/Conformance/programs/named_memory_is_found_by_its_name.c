// POSIX shared memory and semaphores are found by their names after a move, and are the ones that are mapped.
// law: far
#include "law.h"
#include <semaphore.h>

static char memory_name[64], semaphore_name[64];

// As a process that has mapped nothing finds them.
static int other(void)
{
    int fd = MUST(shm_open(memory_name, O_RDWR, 0));
    char *view = MUST(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    if (!law_filled(view + 4096, 4096, 7)) _exit(3);
    view[0]++;
    sem_t *semaphore = sem_open(semaphore_name, 0);
    _exit(semaphore == SEM_FAILED ? 4 : sem_post(semaphore) ? 5 : 0);
}

int main(void)
{
    law_begin();
    snprintf(memory_name, sizeof memory_name, "/yadokari-%d-memory", getpid());
    snprintf(semaphore_name, sizeof semaphore_name, "/yadokari-%d-semaphore", getpid());
    int fd = MUST(shm_open(memory_name, O_CREAT | O_RDWR | O_EXCL, 0640));
    MUST(ftruncate(fd, 8192));
    char *view = MUST(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    close(fd);
    law_fill(view + 4096, 4096, 7);
    // glibc maps it by another name, and gives it its own afterwards.
    sem_t *semaphore = sem_open(semaphore_name, O_CREAT | O_EXCL, 0600, 2);
    HOLDS(semaphore != SEM_FAILED);
    law_move();
    int value;
    SAME(0, sem_getvalue(semaphore, &value));
    SAME(2, value);
    pid_t child = MUST(fork());
    if (child == 0) other();
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    SAME(1, view[0]);
    SAME(0, sem_getvalue(semaphore, &value));
    SAME(3, value);
    fd = MUST(shm_open(memory_name, O_RDONLY, 0));
    struct stat file;
    MUST(fstat(fd, &file));
    SAME(8192, file.st_size);
    SAME(S_IFREG | 0640, file.st_mode);
    SAME(getuid(), file.st_uid);
    SAME(0, shm_unlink(memory_name));
    SAME(0, sem_unlink(semaphore_name));
    return law_verdict();
}
