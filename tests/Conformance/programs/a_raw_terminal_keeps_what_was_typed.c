// A terminal in raw mode with packet mode and a lock, opened twice, keeps what was typed, byte for byte, and its modes.
// compile: -lutil
#include "law.h"
#include "terminal.h"

int main(void)
{
    law_begin();
    int master, slave, on = 1, packet = 0, locked = 0;
    struct termios raw;
    MUST(openpty(&master, &slave, NULL, NULL, NULL));
    MUST(tcgetattr(slave, &raw));
    cfmakeraw(&raw);
    raw.c_lflag |= ISIG;
    raw.c_cc[VMIN] = 5;
    raw.c_cc[VTIME] = 2;
    MUST(tcsetattr(slave, TCSANOW, &raw));
    int again = MUST(open(ptsname(master), O_RDONLY | O_NOCTTY | O_NONBLOCK));
    MUST(ioctl(master, TIOCPKT, &on));
    MUST(ioctl(master, TIOCSPTLCK, &on));
    int copy = MUST(dup(master));
    char all[300];
    for (int i = 0; i < 300; i++) all[i] = i % 251 == 3 || i % 251 == 28 || i % 251 == 26 ? 'x' : i % 251;
    terminal_write(master, all, 300);

    // Nobody else can then look into it.
    int exclusive = geteuid() == 0;
    if (exclusive) MUST(ioctl(slave, TIOCEXCL));
    HOLDS(LAW_UNTIL(({ int n = 0; ioctl(slave, FIONREAD, &n); n == 300; })));
    const char *before = terminal_settings(slave);
    law_move();
    SAME(0, ioctl(copy, TIOCGPKT, &packet));
    SAME(1, packet);
    SAME(0, ioctl(copy, TIOCGPTLCK, &locked));
    SAME(1, locked);
    SAME(0, ioctl(slave, TIOCGEXCL, &locked));
    SAME(exclusive, locked);
    HOLDS((fcntl(again, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == (O_RDONLY | O_NONBLOCK));
    char got[400];
    SAME(300, read(again, got, 400));
    SAME(0, memcmp(all, got, 300));
    terminal_write(slave, "out", 3);
    SAME(0, memcmp("\0out", terminal_read(master, 4), 4));
    SAME_TEXT(before, terminal_settings(slave));
    return law_verdict();
}
