// Secret memory (memfd_secret), which nobody else can read, can't be carried.
// obstacle: secret
#include "law.h"

int main(void)
{
    law_begin();
    int fd = (int)syscall(447, 0);
    if (fd < 0) law_skip("memfd_secret");
    MUST(ftruncate(fd, 4096));
    char *memory = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    strcpy(memory, "secret");
    law_move();
    SAME_TEXT("secret", memory);
    return law_verdict();
}
