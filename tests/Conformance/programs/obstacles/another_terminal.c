// A terminal that is not the one it runs in can't be carried.
// obstacle: terminal.*another
#include "../law.h"
#include <pty.h>

int main(void)
{
    law_begin();
    int master, slave;
    MUST(openpty(&master, &slave, NULL, NULL, NULL));
    law_move();
    SAME(2, write(slave, "ok", 2));
    return law_verdict();
}
