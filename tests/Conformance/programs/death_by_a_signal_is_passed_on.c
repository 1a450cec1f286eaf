// A program that dies by a signal makes the context file die by it.
// law: killed 15
#include "law.h"

int main(void)
{
    law_begin();
    law_move();
    if (law_verdict()) return 1;
    raise(SIGTERM);
    return 2;
}
