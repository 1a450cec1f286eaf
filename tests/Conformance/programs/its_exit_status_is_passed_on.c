// The exit status of the program is that of the context file.
// law: status 7
#include "law.h"

int main(void)
{
    law_begin();
    law_move();
    return law_verdict() ? 1 : 7;
}
