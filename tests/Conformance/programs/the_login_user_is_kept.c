// Who has logged in at the beginning of all (loginuid) is kept.
// law: root
#include "law.h"

int main(void)
{
    law_begin();
    int fd = open("/proc/self/loginuid", O_WRONLY);
    if (fd < 0 || write(fd, "4711", 4) != 4)
    {
        law_skip("a login user");
    }

    close(fd);
    law_move();
    char text[32] = "";
    law_read("/proc/self/loginuid", text, sizeof text);
    SAME(4711, atol(text));
    return law_verdict();
}
