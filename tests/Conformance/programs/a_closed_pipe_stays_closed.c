// A pipe whose other end is closed gives its rest and then the end of file, or a broken pipe.
#include "law.h"

int main(void)
{
    law_begin();
    int to_read[2], to_write[2];
    MUST(pipe(to_read));
    MUST(pipe(to_write));
    MUST(write(to_read[1], "rest", 4));
    close(to_read[1]);
    close(to_write[0]);
    signal(SIGPIPE, SIG_IGN);
    law_move();
    char text[16] = "";
    SAME(4, read(to_read[0], text, sizeof text));
    SAME_TEXT("rest", text);
    SAME(0, read(to_read[0], text, sizeof text));
    HOLDS(write(to_write[1], "x", 1) == -1 && errno == EPIPE);
    return law_verdict();
}
