// A terminal whose master another process holds, and that is not the one it runs in, can't be carried.
// obstacle: terminal.*another
// compile: -lutil
#include "../law.h"
#include "../terminal.h"

int main(void)
{
    law_begin();
    int master, slave, out[2];
    MUST(openpty(&master, &slave, NULL, NULL, NULL));
    MUST(pipe(out));
    pid_t child = MUST(fork());
    if (child == 0) {
        close(slave);
        if (fork() == 0) { write(out[1], "x", 1); close(out[1]); char byte; while (read(master, &byte, 1) > 0) { } _exit(0); }
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    char byte;
    MUST(read(out[0], &byte, 1));
    close(out[0]);
    close(out[1]);
    close(master);
    law_move();
    SAME(2, write(slave, "ok", 2));
    return law_verdict();
}
