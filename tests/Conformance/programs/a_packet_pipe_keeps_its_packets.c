// A pipe in packet mode (O_DIRECT) keeps the bounds of its packets.
#include "law.h"

int main(void)
{
    law_begin();
    int ends[2];
    MUST(pipe2(ends, O_DIRECT));
    MUST(write(ends[1], "one", 3));
    MUST(write(ends[1], "and two", 7));
    law_move();
    char text[32] = "";
    SAME(3, read(ends[0], text, sizeof text));
    SAME(7, read(ends[0], text, sizeof text));
    HOLDS(memcmp(text, "and two", 7) == 0);
    return law_verdict();
}
