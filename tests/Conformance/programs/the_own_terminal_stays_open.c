// A process that leads a session on its own pseudoterminal, with /dev/tty open, keeps both; a child without a terminal stays so.
// compile: -lutil
#include "law.h"
#include "terminal.h"

int main(void)
{
    law_begin();
    int master, slave, go[2], answer[2];
    MUST(openpty(&master, &slave, NULL, NULL, NULL));
    MUST(ioctl(slave, TIOCSCTTY, 0));
    int own = MUST(open("/dev/tty", O_RDWR | O_CLOEXEC));
    MUST(pipe(go));
    MUST(pipe(answer));
    pid_t child = MUST(fork());
    if (child == 0) {
        MUST(ioctl(own, TIOCNOTTY));
        close(own);
        char byte = 0;
        read(go[0], &byte, 1);
        byte = open("/dev/tty", O_RDWR) < 0 && errno == ENXIO ? 'n' : 't';
        write(answer[1], &byte, 1);
        _exit(0);
    }
    law_move();
    SAME(getpid(), tcgetsid(own));
    SAME(getpgrp(), tcgetpgrp(slave));
    terminal_write(own, "said", 4);
    SAME_TEXT("said", terminal_read(master, 4));
    struct stat status;
    SAME(0, fstat(own, &status));
    SAME(makedev(5, 0), status.st_rdev);
    write(go[1], "x", 1);
    char byte = 0;
    SAME(1, read(answer[0], &byte, 1));
    SAME('n', byte);
    SAME(child, waitpid(child, NULL, 0));
    return law_verdict();
}
