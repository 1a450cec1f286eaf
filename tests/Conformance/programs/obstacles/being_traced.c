// A process that someone traces can't be carried.
// law: refused
// obstacle: trac
#include "law.h"
#include <sys/ptrace.h>

int main(void)
{
    law_begin();
    pid_t self = getpid();
    int ends[2], wait[2];
    MUST(pipe(ends));
    MUST(pipe(wait));
    pid_t child = MUST(fork());
    if (child == 0) {
        if (fork() == 0) {
            // Not before the parent has taken note of its child's end: it would stop at that signal.
            char byte;
            read(wait[0], &byte, 1);
            long seized = ptrace(PTRACE_SEIZE, self, NULL, NULL);
            write(ends[1], seized == 0 ? "y" : "n", 1);
            close(ends[1]);
            close(ends[0]);
            close(wait[0]);
            close(wait[1]);
            while (access(law_path("go"), F_OK) != 0 && kill(self, 0) == 0) law_sleep_ms(2);
            _exit(0);
        }
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    MUST(write(wait[1], "x", 1));
    close(wait[0]);
    close(wait[1]);
    close(ends[1]);
    char byte = 'n';
    read(ends[0], &byte, 1);
    close(ends[0]);
    if (byte != 'y') law_skip("tracing from outside");
    law_move();
    return law_verdict();
}
