// A working directory that was removed together with the one above it can't be carried.
// obstacle: removed-directory
#include "law.h"

int main(void)
{
    law_begin();
    char gone[600];
    MUST(mkdir(law_path("above"), 0700));
    strcpy(gone, law_path("above/gone"));
    MUST(mkdir(gone, 0700));
    MUST(chdir(gone));
    MUST(rmdir(gone));
    MUST(rmdir(law_path("above")));
    law_move();
    return law_verdict();
}
