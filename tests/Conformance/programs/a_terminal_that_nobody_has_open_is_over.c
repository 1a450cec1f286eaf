// A master whose other side was closed reads what was written there and then an error; an end whose master was closed reads its end.
// compile: -lutil
#include "law.h"
#include "terminal.h"

int main(void)
{
    law_begin();
    int master, slave, gone, hung;
    MUST(openpty(&master, &slave, NULL, NULL, NULL));
    terminal_write(slave, "last words", 10);
    close(slave);
    MUST(openpty(&gone, &hung, NULL, NULL, NULL));
    close(gone);
    law_move();
    SAME_TEXT("last words", terminal_read(master, 10));
    char byte;
    SAME(-1, read(master, &byte, 1));
    SAME(EIO, errno);
    SAME(0, read(hung, &byte, 1));
    SAME(-1, write(hung, "x", 1));
    SAME(EIO, errno);
    SAME(-1, ioctl(hung, TIOCGWINSZ, &(struct winsize){ 0 }));

    // Opened again, it goes on.
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    HOLDS(slave >= 0);
    terminal_write(slave, "new", 3);
    SAME_TEXT("new", terminal_read(master, 3));
    return law_verdict();
}
