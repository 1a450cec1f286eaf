// A deleted file whose name another file took meanwhile is not mixed up with it.
#include "law.h"

int main(void)
{
    law_begin();
    int old = MUST(open(law_path("data"), O_CREAT | O_RDWR, 0600));
    MUST(write(old, "the old one", 11));
    MUST(unlink(law_path("data")));
    int new = MUST(open(law_path("data"), O_CREAT | O_RDWR, 0600));
    MUST(write(new, "the new one", 11));
    law_move();
    char text[16] = "";
    SAME(11, pread(old, text, 11, 0));
    SAME_TEXT("the old one", text);
    SAME(11, pread(new, text, 11, 0));
    SAME_TEXT("the new one", text);
    MUST(pwrite(old, "THE", 3, 0));
    law_read(law_path("data"), text, sizeof text);
    SAME_TEXT("the new one", text);
    return law_verdict();
}
