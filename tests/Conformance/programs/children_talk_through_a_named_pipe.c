// A named pipe between two children, each of which has it as a stream, and a socket pair between two others are carried.
#include "law.h"
#include <sys/socket.h>

static void wait_for_end(void)
{
    char byte;
    while (read(0, &byte, 1) == 1) { }
    _exit(0);
}

int main(void)
{
    law_begin();
    MUST(mkfifo(law_path("named"), 0600));
    int fifo = MUST(open(law_path("named"), O_RDWR)), pair[2], go[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(pipe(go));
    pid_t children[4];
    for (int i = 0; i < 4; i++) {
        children[i] = MUST(fork());
        if (children[i] == 0) {
            if (i == 0) dup2(MUST(open(law_path("named"), O_WRONLY)), 1);
            if (i == 1) dup2(MUST(open(law_path("named"), O_RDONLY)), 0);
            if (i >= 2) dup2(pair[i - 2], i - 2);
            if (i == 0 || i == 3) dup2(go[0], 0);
            for (int k = 3; k < 32; k++) close(k);
            wait_for_end();
        }
    }
    close(go[0]);
    close(pair[0]);
    close(pair[1]);
    HOLDS(LAW_UNTIL(({
        char path[64], target[64] = "";
        snprintf(path, sizeof path, "/proc/%d/fd/3", children[3]);
        readlink(path, target, sizeof target - 1) < 0 && (snprintf(path, sizeof path, "/proc/%d/fd/3", children[1]), readlink(path, target, sizeof target - 1) < 0);
    })));
    close(fifo);
    law_move();
    close(go[1]);
    for (int i = 0; i < 4; i++) SAME(children[i], waitpid(children[i], NULL, 0));
    return law_verdict();
}
