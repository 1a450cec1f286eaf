// A time namespace that only the next children will be in can't be carried.
// law: root
// obstacle: namespace.*children
#include "law.h"

int main(void)
{
    law_begin();
    if (unshare(CLONE_NEWTIME) != 0)
    {
        law_skip("time namespaces");
    }

    law_move();
    return law_verdict();
}
