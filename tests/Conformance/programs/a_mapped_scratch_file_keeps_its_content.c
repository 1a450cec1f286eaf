// A file of a directory for temporary ones, mapped shared and closed, shows its content and takes writes after the move, gone or not.
#include "law.h"

int main(void)
{
    law_begin();
    int fd = MUST(open(law_path("scratch"), O_RDWR | O_CREAT, 0600));
    MUST(ftruncate(fd, 10000));
    char *memory = MUST(mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    char *view = MUST(mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 4096));
    MUST(close(fd));
    strcpy(memory + 9000, "before");
    law_move();
    SAME_TEXT("before", memory + 9000);
    SAME_TEXT("before", view + 9000 - 4096);
    strcpy(memory + 5000, "after");
    SAME_TEXT("after", view + 5000 - 4096);
    char text[8] = "";
    if ((fd = open(law_path("scratch"), O_RDONLY)) >= 0) {
        MUST(pread(fd, text, 6, 5000));
        SAME_TEXT("after", text);
    }
    return law_verdict();
}
