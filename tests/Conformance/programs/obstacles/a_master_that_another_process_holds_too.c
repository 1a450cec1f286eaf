// The master of a pseudoterminal that a process outside holds as well can't be carried.
// obstacle: shared-descriptor
// compile: -lutil
#include "../law.h"
#include "../terminal.h"

int main(void)
{
    law_begin();
    int master, slave, alive[2];
    MUST(openpty(&master, &slave, NULL, NULL, NULL));
    MUST(pipe(alive));
    pid_t child = MUST(fork());
    if (child == 0) {
        if (fork() == 0) { close(alive[1]); close(slave); char byte; while (read(alive[0], &byte, 1) > 0) { } while (access(law_path("go"), F_OK)) law_sleep_ms(5); _exit(0); }
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    close(alive[0]);
    close(alive[1]);
    law_move();
    terminal_write(slave, "ok", 2);
    SAME_TEXT("ok", terminal_read(master, 2));
    return law_verdict();
}
