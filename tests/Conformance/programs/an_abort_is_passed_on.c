// A program that aborts makes the context file abort.
// law: killed 6
#include "law.h"

int main(void)
{
    law_begin();
    law_move();
    if (law_verdict()) return 1;
    abort();
}
