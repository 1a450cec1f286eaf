// no_new_privs stays set, and children inherit it.
#include "law.h"

int main(void)
{
    law_begin();
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    law_move();
    SAME(1, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    SAME(1, LAW_CHILD(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)));
    return law_verdict();
}
