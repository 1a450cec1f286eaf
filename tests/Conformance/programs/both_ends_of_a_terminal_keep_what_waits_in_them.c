// Both ends of a pseudoterminal keep their number, settings and window, and what waits unread in both directions.
// compile: -lutil
#include "law.h"
#include "terminal.h"

int main(void)
{
    law_begin();
    int master, slave;
    struct winsize window = { .ws_row = 33, .ws_col = 101, .ws_xpixel = 7, .ws_ypixel = 8 }, window_after;
    MUST(openpty(&master, &slave, NULL, NULL, &window));
    struct termios settings;
    MUST(tcgetattr(slave, &settings));
    settings.c_lflag &= ~ECHO;
    settings.c_cc[VINTR] = 1;
    MUST(tcsetattr(slave, TCSANOW, &settings));
    int number = terminal_number(master);
    struct stat status, status_after;
    MUST(fchmod(slave, 0600));
    MUST(fstat(slave, &status));

    // Two lines, an end of file behind letters, one alone, and a line that is not ended.
    terminal_write(master, "first\nsecond\nthird\004\004part", 24);
    terminal_write(slave, "printed\n", 8);
    const char *before = terminal_settings(slave);
    law_move();
    SAME(number, terminal_number(master));
    SAME(0, fstat(slave, &status_after));
    SAME(status.st_rdev, status_after.st_rdev);
    SAME(status.st_mode, status_after.st_mode);
    SAME(status.st_uid, status_after.st_uid);
    SAME_TEXT(before, terminal_settings(slave));
    SAME(0, ioctl(slave, TIOCGWINSZ, &window_after));
    SAME(0, memcmp(&window, &window_after, sizeof window));
    SAME_TEXT("printed\r\n", terminal_read(master, 9));
    HOLDS(!terminal_is_ready(master));
    SAME_TEXT("first\n", terminal_read_once(slave));
    SAME_TEXT("second\n", terminal_read_once(slave));
    SAME_TEXT("third", terminal_read_once(slave));
    SAME_TEXT("", terminal_read_once(slave));
    HOLDS(!terminal_is_ready(slave));
    terminal_write(master, "ial\n", 4);
    SAME_TEXT("partial\n", terminal_read_once(slave));
    terminal_write(slave, "x", 1);
    SAME_TEXT("x", terminal_read(master, 1));
    return law_verdict();
}
