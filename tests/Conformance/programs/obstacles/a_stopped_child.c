// A child that is stopped can't be carried yet: its parent would be told of it once more.
// obstacle: stopped-process
#include "law.h"

int main(void)
{
    law_begin();
    pid_t child = MUST(fork());
    if (child == 0) {
        raise(SIGSTOP);
        _exit(5);
    }
    int status;
    SAME(child, waitpid(child, &status, WUNTRACED));
    law_move();
    SAME(0, kill(child, SIGCONT));
    SAME(child, waitpid(child, &status, 0));
    SAME(5 << 8, status);
    return law_verdict();
}
