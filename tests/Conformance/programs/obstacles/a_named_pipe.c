// A named pipe (FIFO) can't be carried: nobody can tell who else opens it.
// obstacle: fifo
#include "law.h"

int main(void)
{
    law_begin();
    char path[1024];
    snprintf(path, sizeof path, "%s", law_path("fifo"));
    MUST(mkfifo(path, 0600));
    int both = MUST(open(path, O_RDWR)), reader = MUST(open(path, O_RDONLY | O_NONBLOCK));
    MUST(write(both, "unread", 6));
    law_move();
    char text[16] = "";
    SAME(6, read(reader, text, sizeof text));
    SAME_TEXT("unread", text);
    int late = open(path, O_WRONLY | O_NONBLOCK);
    HOLDS(late >= 0 && write(late, "late", 4) == 4 && read(reader, text, 4) == 4 && memcmp(text, "late", 4) == 0);
    return law_verdict();
}
