// A memory file that was sealed against writing, which parent and child map for reading and a second child has open, stays so for all.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    int file = MUST(memfd_create("sealed", MFD_ALLOW_SEALING));
    MUST(ftruncate(file, 65536));
    char *memory = MUST(mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    law_fill(memory, 65536, 8);
    MUST(munmap(memory, 65536));
    int seals = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    MUST(fcntl(file, F_ADD_SEALS, seals));
    MUST(fchmod(file, 0400));
    int go[2], step[2];
    MUST(pipe(go));
    MUST(pipe(step));
    memory = MUST(mmap(NULL, 65536, PROT_READ, MAP_SHARED, file, 0));
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = MUST(fork());
        if (children[i] != 0) continue;
        char byte = 1;
        close(go[1]);
        if (i == 0) { close(file); } else { MUST(munmap(memory, 65536)); }
        MUST(write(step[1], &byte, 1));
        while (read(go[0], &byte, 1) != 0) { }
        if (i == 0) {
            HOLDS(law_filled(memory, 65536, 8));
            HOLDS(mprotect(memory, 65536, PROT_READ | PROT_WRITE) != 0);
        } else {
            SAME(seals, fcntl(file, F_GET_SEALS));
            HOLDS(pwrite(file, "x", 1, 0) == -1 && errno == EPERM);
            memory = MUST(mmap(NULL, 65536, PROT_READ, MAP_PRIVATE, file, 0));
            HOLDS(law_filled(memory, 65536, 8));
            struct stat status;
            MUST(fstat(file, &status));
            SAME(0400, status.st_mode & 07777);
        }
        _exit(law_verdict());
    }
    close(go[0]);
    char byte;
    for (int i = 0; i < 2; i++) MUST(read(step[0], &byte, 1));
    law_move();
    close(go[1]);
    HOLDS(law_filled(memory, 65536, 8));
    for (int i = 0; i < 2; i++) {
        int status;
        SAME(children[i], waitpid(children[i], &status, 0));
        SAME(0, status);
    }
    return law_verdict();
}
