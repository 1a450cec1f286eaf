// A pseudoterminal that writes tabs as blanks (TAB3), as screen's are, or no carriage return at the start of a line (ONOCR) goes on in the
// column that it was in, wherever that is.
// compile: -lutil
// law: far
#include "law.h"
#include "terminal.h"

enum { TERMINALS = 7 };

static struct { const char *text; int column; } cases[TERMINALS] = {
    { "", 0 }, { "abc", 3 }, { "12345678", 8 }, { "one\ttab", 11 }, { "back\b\b\b\b\b", 0 }, { "\303\244\303\266", 2 }, { NULL, 1000 },
};

int main(void)
{
    static char wide[1001];
    law_begin();
    int master[TERMINALS], slave[TERMINALS];
    memset(wide, '#', 1000);
    for (int i = 0; i < TERMINALS; i++) {
        MUST(openpty(&master[i], &slave[i], NULL, NULL, NULL));
        struct termios settings;
        MUST(tcgetattr(slave[i], &settings));
        settings.c_oflag = OPOST | ONLCR | TAB3 | (i % 2 ? ONOCR : 0);
        settings.c_iflag |= IUTF8;
        settings.c_lflag &= ~ECHO;
        if (i % 3 == 1) settings.c_lflag &= ~ICANON;
        MUST(tcsetattr(slave[i], TCSANOW, &settings));
        const char *text = cases[i].text ? cases[i].text : wide;
        terminal_write(slave[i], text, strlen(text));
    }

    // One has been read, the others wait; and something was typed.
    terminal_read(master[1], 3);
    terminal_write(master[3], "typed\n", 6);
    law_move();
    for (int i = 0; i < TERMINALS; i++) {
        int column = cases[i].column, blanks = 8 - column % 8;
        int waits = i == 1 ? 0 : i == 3 ? 11 : i == 4 ? 9 : i == 5 ? 4 : column;
        terminal_read(master[i], waits);
        HOLDS(!terminal_is_ready(master[i]));
        if (i == 3) SAME_TEXT("typed\n", terminal_read_once(slave[i]));

        // A tab is as many blanks long as are left to the next eighth column.
        terminal_write(slave[i], "\t!", 2);
        const char *said = terminal_read(master[i], blanks + 1);
        SAME(blanks, (int)strspn(said, " "));
        SAME('!', said[blanks]);
        terminal_write(slave[i], "\r\r.", 3);
        SAME_TEXT(i % 2 ? "\r." : "\r\r.", terminal_read(master[i], i % 2 ? 2 : 3));
        HOLDS(!terminal_is_ready(master[i]));
    }

    return law_verdict();
}
