// A stopped process is resumed stopped, and goes on at SIGCONT.
// law: stopped
#include "law.h"

int main(void)
{
    law_begin();
    volatile int kept = 12;
    law_move();
    SAME(12, kept);
    return law_verdict();
}
