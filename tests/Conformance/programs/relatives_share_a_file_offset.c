// A file that was opened before a fork is one open file: each sees the other move its offset.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    int file = MUST(open(law_path("numbers"), O_RDWR | O_CREAT, 0644));
    int log = MUST(open(law_path("log"), O_WRONLY | O_CREAT | O_APPEND, 0644));
    int again = MUST(dup(file));
    SAME(10, write(file, "0123456789", 10));
    MUST(lseek(file, 2, SEEK_SET));
    int go[2], done[2];
    MUST(pipe(go));
    MUST(pipe(done));
    pid_t child = MUST(fork());
    if (child == 0) {
        char byte = 0;
        close(go[1]);
        MUST(fcntl(file, F_SETFD, FD_CLOEXEC));
        SAME(1, read(go[0], &byte, 1));
        HOLDS(read(file, &byte, 1) == 1 && byte == '3');
        SAME(5, write(log, "child", 5));
        SAME(FD_CLOEXEC, fcntl(file, F_GETFD));
        MUST(fcntl(file, F_SETFL, O_NONBLOCK));
        MUST(write(done[1], "!", 1));
        SAME(1, read(go[0], &byte, 1));
        HOLDS(read(again, &byte, 1) == 1 && byte == '5');
        _exit(law_verdict());
    }
    char byte = 0;
    law_move();
    SAME(0, fcntl(file, F_GETFD));
    HOLDS(read(file, &byte, 1) == 1 && byte == '2');
    MUST(write(go[1], "!", 1));
    SAME(1, read(done[0], &byte, 1));
    SAME(O_RDWR | O_NONBLOCK, fcntl(again, F_GETFL) & ~0100000);
    HOLDS(read(again, &byte, 1) == 1 && byte == '4');
    SAME(6, write(log, "parent", 6));
    MUST(write(go[1], "!", 1));
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    SAME(6, lseek(file, 0, SEEK_CUR));
    char text[32];
    law_read(law_path("log"), text, sizeof text);
    SAME_TEXT("childparent", text);
    return law_verdict();
}
