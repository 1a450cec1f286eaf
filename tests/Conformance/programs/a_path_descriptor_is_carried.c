// A descriptor opened with O_PATH stays one, and can be opened from.
#include "law.h"

int main(void)
{
    law_begin();
    law_create("data");
    int directory = MUST(open(law_directory, O_PATH | O_DIRECTORY | O_CLOEXEC)), file = MUST(open(law_path("data"), O_PATH));
    int flags = fcntl(file, F_GETFL);
    law_move();
    SAME(flags, fcntl(file, F_GETFL));
    char byte;
    HOLDS(read(file, &byte, 1) == -1 && errno == EBADF);
    HOLDS(openat(directory, "data", O_RDONLY) >= 0);
    struct stat status;
    SAME(0, fstat(file, &status));
    return law_verdict();
}
