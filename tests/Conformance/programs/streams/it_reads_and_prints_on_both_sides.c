// It reads a line and prints it, is moved, reads another and prints that.
// law: nocompare
#include "law.h"

int main(void)
{
    law_begin();
    char line[64] = "";
    // Unbuffered: what lies in a pipe that stays behind is not the program's yet.
    for (size_t i = 0; i < sizeof line - 1 && read(0, line + i, 1) == 1 && line[i] != '\n';) i++;
    dprintf(1, "now %s", line);
    law_compares = false;
    law_move();
    memset(line, 0, sizeof line);
    for (size_t i = 0; i < sizeof line - 1 && read(0, line + i, 1) == 1 && line[i] != '\n';) i++;
    dprintf(1, "then %s", line);
    return law_verdict();
}
