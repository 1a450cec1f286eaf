// A process that waits for its child goes on waiting, and the child goes on reading what a grandchild will write.
// law: blocked once nocompare
#include "law.h"

int main(void)
{
    law_begin();
    int line[2];
    MUST(pipe(line));
    pid_t child = MUST(fork());
    if (child == 0) {
        pid_t grandchild = MUST(fork());
        if (grandchild == 0) {
            close(line[0]);
            while (access(law_path("go"), F_OK) != 0) law_sleep_ms(2);
            MUST(write(line[1], "x", 1));
            _exit(3);
        }
        close(line[1]);
        char byte = 0;
        SAME(1, read(line[0], &byte, 1));
        SAME('x', byte);
        SAME(0, read(line[0], &byte, 1));
        int status;
        SAME(grandchild, waitpid(grandchild, &status, 0));
        SAME(3 << 8, status);
        _exit(law_differences ? 1 : 5);
    }
    close(line[0]);
    close(line[1]);
    law_create("ready");
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(5 << 8, status);
    return law_verdict();
}
