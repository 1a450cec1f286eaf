// What is in another network namespace would come back in that of whoever resumes.
// law: root
// obstacle: namespace.*network
#include "law.h"

int main(void)
{
    law_begin();
    if (unshare(CLONE_NEWNET) != 0)
    {
        law_skip("network namespaces");
    }

    law_move();
    return law_verdict();
}
