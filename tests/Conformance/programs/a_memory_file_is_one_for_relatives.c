// A memory file that one process maps, another maps in part and only for reading, and a third has only open, is one file with one offset.
// law: far
#include "law.h"

#define SIZE (1 << 20)

int main(void)
{
    law_begin();
    int file = MUST(memfd_create("common", MFD_ALLOW_SEALING | MFD_CLOEXEC));
    MUST(ftruncate(file, SIZE));
    MUST(fchmod(file, 0640));
    char *memory = MUST(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    law_fill(memory + 8192, 65536, 5);
    MUST(fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK));
    MUST(lseek(file, 4096, SEEK_SET));
    int go[2], step[2];
    MUST(pipe(go));
    MUST(pipe(step));
    char byte;
    pid_t viewer = MUST(fork());
    if (viewer == 0) {
        close(go[1]);
        MUST(munmap(memory, SIZE));
        char *view = MUST(mmap(NULL, 8192, PROT_READ, MAP_SHARED, file, 8192));
        char *own = MUST(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 8192));
        own[4096] = 11;
        close(file);
        MUST(write(step[1], "!", 1));
        while (read(go[0], &byte, 1) != 0) { }
        HOLDS(LAW_UNTIL(view[0] == 77));
        SAME(77, own[0]);
        SAME(11, own[4096]);
        _exit(law_verdict());
    }
    pid_t holder = MUST(fork());
    if (holder == 0) {
        close(go[1]);
        MUST(munmap(memory, SIZE));
        MUST(write(step[1], "!", 1));
        while (read(go[0], &byte, 1) != 0) { }
        HOLDS(LAW_UNTIL(lseek(file, 0, SEEK_CUR) == 5000));
        SAME(3, pwrite(file, "abc", 3, SIZE - 3));
        SAME(F_SEAL_SHRINK, fcntl(file, F_GET_SEALS));
        SAME(-1, ftruncate(file, 4096));
        struct stat status;
        MUST(fstat(file, &status));
        SAME(0640, status.st_mode & 07777);
        SAME(SIZE, status.st_size);
        _exit(law_verdict());
    }
    close(go[0]);
    for (int i = 0; i < 2; i++) MUST(read(step[0], &byte, 1));
    law_move();
    MUST(lseek(file, 5000, SEEK_SET));
    memory[8192] = 77;
    close(go[1]);
    int status;
    SAME(viewer, waitpid(viewer, &status, 0));
    SAME(0, status);
    SAME(holder, waitpid(holder, &status, 0));
    SAME(0, status);
    SAME(0, memcmp(memory + SIZE - 3, "abc", 3));
    SAME(SIZE, lseek(file, 0, SEEK_END));
    SAME(0, ftruncate(file, 2 * SIZE));
    return law_verdict();
}
