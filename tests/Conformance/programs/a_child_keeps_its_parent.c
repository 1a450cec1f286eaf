// A child keeps its pid, its parent and its memory, and its parent can wait for it.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    int go[2];
    MUST(pipe(go));
    pid_t parent = getpid();
    static int word = 1;
    pid_t child = MUST(fork());
    if (child == 0) {
        word = 2;
        pid_t self = getpid();
        char byte;
        close(go[1]);
        while (read(go[0], &byte, 1) != 0) { }
        SAME(self, getpid());
        SAME(self, syscall(SYS_gettid));
        SAME(parent, getppid());
        SAME(2, word);
        _exit(law_differences ? 1 : 42);
    }
    close(go[0]);
    law_move();
    SAME(1, word);
    SAME(0, kill(child, 0));
    SAME(0, waitpid(child, NULL, WNOHANG));
    close(go[1]);
    int status;
    SAME(child, waitpid(child, &status, 0));
    HOLDS(WIFEXITED(status));
    SAME(42, WEXITSTATUS(status));
    return law_verdict();
}
