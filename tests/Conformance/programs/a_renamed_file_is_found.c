// A file renamed after it was opened is found under its new name.
#include "law.h"

int main(void)
{
    law_begin();
    char path[1024];
    int fd = MUST(open(law_path("old"), O_CREAT | O_RDWR, 0600));
    MUST(write(fd, "before", 6));
    strcpy(path, law_path("new name"));
    MUST(rename(law_path("old"), path));
    law_move();
    SAME(6, write(fd, "-after", 6));
    char text[32] = "";
    law_read(path, text, sizeof text);
    SAME_TEXT("before-after", text);
    HOLDS(access(law_path("old"), F_OK) == -1);
    return law_verdict();
}
