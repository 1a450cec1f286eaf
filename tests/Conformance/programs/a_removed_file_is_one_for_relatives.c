// A file that was removed and that a child maps, its brother has open by another open(2), and their parent does not have any more, is one.
// law: far
#include "law.h"

#define SIZE 65536

int main(void)
{
    law_begin();
    int file = MUST(open(law_path("scratch"), O_RDWR | O_CREAT | O_EXCL, 0600));
    MUST(ftruncate(file, SIZE));
    int go[2], step[2], pass[2];
    MUST(pipe(go));
    MUST(pipe(step));
    MUST(pipe(pass));
    char byte;
    pid_t mapper = MUST(fork());
    if (mapper == 0) {
        close(go[1]);
        close(pass[0]);
        char *memory = MUST(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
        law_fill(memory, SIZE, 9);
        close(file);
        MUST(write(step[1], "!", 1));
        while (read(go[0], &byte, 1) != 0) { }
        HOLDS(law_filled(memory, SIZE, 9));
        memory[100] = 99;
        MUST(write(pass[1], "!", 1));
        HOLDS(LAW_UNTIL(memory[200] == 98));
        _exit(law_verdict());
    }
    pid_t holder = MUST(fork());
    if (holder == 0) {
        close(go[1]);
        close(pass[1]);
        int own = MUST(open(law_path("scratch"), O_RDWR | O_APPEND));
        close(file);
        MUST(write(step[1], "!", 1));
        while (read(go[0], &byte, 1) != 0) { }
        SAME(1, read(pass[0], &byte, 1));
        SAME(1, pread(own, &byte, 1, 100));
        SAME(99, byte);
        byte = 98;
        // Not pwrite: the file is open for appending.
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", own);
        int writer = MUST(open(path, O_RDWR));
        SAME(1, pwrite(writer, &byte, 1, 200));
        HOLDS((fcntl(own, F_GETFL) & O_APPEND) != 0);
        _exit(law_verdict());
    }
    close(go[0]);
    close(pass[0]);
    close(pass[1]);
    for (int i = 0; i < 2; i++) MUST(read(step[0], &byte, 1));
    close(file);
    MUST(unlink(law_path("scratch")));
    law_move();
    close(go[1]);
    int status;
    SAME(mapper, waitpid(mapper, &status, 0));
    SAME(0, status);
    SAME(holder, waitpid(holder, &status, 0));
    SAME(0, status);
    HOLDS(access(law_path("scratch"), F_OK) != 0);
    return law_verdict();
}
