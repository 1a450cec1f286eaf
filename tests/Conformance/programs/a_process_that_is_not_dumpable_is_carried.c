// A process that made itself undumpable stays so; root may carry it.
// law: root
#include "law.h"

int main(void)
{
    law_begin();
    MUST(prctl(PR_SET_DUMPABLE, 0));
    law_move();
    SAME(0, prctl(PR_GET_DUMPABLE));
    return law_verdict();
}
