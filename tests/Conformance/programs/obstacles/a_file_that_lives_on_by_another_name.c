// What is written to a file must reach its other name, so a file known only by a hard link can't be carried.
// obstacle: unreachable-file
#include "law.h"

int main(void)
{
    law_begin();
    char second[600];
    strcpy(second, law_path("second"));
    int fd = MUST(open(law_path("first"), O_RDWR | O_CREAT, 0600));
    MUST(link(law_path("first"), second));
    MUST(unlink(law_path("first")));
    law_move();
    MUST(write(fd, "text", 4));
    struct stat status;
    MUST(stat(second, &status));
    SAME(4, status.st_size);
    return law_verdict();
}
