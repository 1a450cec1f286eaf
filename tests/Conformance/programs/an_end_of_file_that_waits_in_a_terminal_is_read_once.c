// An end of file that was typed and not read is read once, and leaves no trace in what the master reads.
// compile: -lutil
#include "law.h"
#include "terminal.h"

enum { TERMINALS = 16 };

int main(void)
{
    law_begin();
    int masters[TERMINALS], slaves[TERMINALS];
    for (int i = 0; i < TERMINALS; i++) {
        MUST(openpty(&masters[i], &slaves[i], NULL, NULL, NULL));
        terminal_write(masters[i], "\004", 1);
        HOLDS(LAW_UNTIL(terminal_is_ready(slaves[i])));
    }
    law_move();
    for (int i = 0; i < TERMINALS; i++) {
        SAME_TEXT("", terminal_read_once(slaves[i]));
        HOLDS(!terminal_is_ready(slaves[i]));
        HOLDS(!terminal_is_ready(masters[i]));
        terminal_write(masters[i], "line\n", 5);
        SAME_TEXT("line\n", terminal_read_once(slaves[i]));
        SAME_TEXT("line\r\n", terminal_read(masters[i], 6));
    }
    return law_verdict();
}
