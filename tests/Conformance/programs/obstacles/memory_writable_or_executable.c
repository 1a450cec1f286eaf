// A program that may have no memory that is both writable and executable has no place for the system calls made inside it.
// obstacle: write-or-execute
#include "law.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

int main(void)
{
    law_begin();
    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0) law_skip("this kernel has no PR_SET_MDWE");
    law_move();
    SAME(PR_MDWE_REFUSE_EXEC_GAIN, prctl(PR_GET_MDWE, 0, 0, 0, 0));
    return law_verdict();
}
