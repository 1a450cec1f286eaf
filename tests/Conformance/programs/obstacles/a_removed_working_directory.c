// A working directory that does not exist any more can't be carried.
// obstacle: removed-directory
#include "law.h"

int main(void)
{
    law_begin();
    MUST(mkdir(law_path("gone"), 0700));
    MUST(chdir(law_path("gone")));
    MUST(rmdir(law_path("gone")));
    law_move();
    return law_verdict();
}
