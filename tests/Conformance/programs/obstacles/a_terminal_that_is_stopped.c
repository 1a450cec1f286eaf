// A pseudoterminal whose output is stopped (Ctrl-S) can't be carried: by whom it was stopped nobody can tell.
// obstacle: terminal-state.*stopped
// compile: -lutil
#include "../law.h"
#include "../terminal.h"

int main(void)
{
    law_begin();
    int master, slave;
    MUST(openpty(&master, &slave, NULL, NULL, NULL));
    terminal_write(master, "\023", 1);
    HOLDS(LAW_UNTIL(({ struct pollfd one = { .fd = slave, .events = POLLOUT }; poll(&one, 1, 0) == 0; })));
    law_move();
    terminal_write(master, "\021", 1);
    terminal_write(slave, "ok", 2);
    SAME_TEXT("ok", terminal_read(master, 2));
    return law_verdict();
}
