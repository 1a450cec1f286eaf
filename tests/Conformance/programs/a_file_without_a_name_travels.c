// A file made with O_TMPFILE, which never had a name, keeps its content.
#include "law.h"

int main(void)
{
    law_begin();
    int fd = open(law_directory, O_TMPFILE | O_RDWR, 0600);
    if (fd < 0) law_skip("O_TMPFILE");
    MUST(write(fd, "no name", 7));
    law_move();
    char text[16] = "";
    SAME(7, lseek(fd, 0, SEEK_CUR));
    SAME(7, pread(fd, text, sizeof text, 0));
    SAME_TEXT("no name", text);
    SAME(1, write(fd, "!", 1));
    return law_verdict();
}
