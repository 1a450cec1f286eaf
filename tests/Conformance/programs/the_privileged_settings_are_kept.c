// What only root may set is kept: merging of memory, flushing of input and output, the user for files.
// law: root
#include "law.h"
#include <sys/fsuid.h>

#ifndef PR_SET_MEMORY_MERGE
#define PR_SET_MEMORY_MERGE 67
#define PR_GET_MEMORY_MERGE 68
#endif

int main(void)
{
    law_begin();
    int merge = prctl(PR_SET_MEMORY_MERGE, 1, 0, 0, 0) == 0;
    int flusher = prctl(PR_SET_IO_FLUSHER, 1, 0, 0, 0) == 0; // a container may withhold the privilege from its root
    setfsgid(1234);
    setfsuid(1234);
    law_move();
    SAME(1234, setfsuid(-1));
    SAME(1234, setfsgid(-1));
    if (flusher) SAME(1, prctl(PR_GET_IO_FLUSHER, 0, 0, 0, 0));
    if (merge) SAME(1, prctl(PR_GET_MEMORY_MERGE, 0, 0, 0, 0));
    return law_verdict();
}
