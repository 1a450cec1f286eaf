// A removed file that is mapped for writing and lives on by another name can't be carried: what is written must reach it.
// obstacle: unreachable-file
#include "../law.h"

int main(void)
{
    law_begin();
    char other[1024];
    int fd = MUST(open(law_path("data"), O_RDWR | O_CREAT, 0644));
    MUST(ftruncate(fd, 4096));
    char *memory = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    MUST(close(fd));
    snprintf(other, sizeof other, "%s", law_path("data.snapshot"));
    MUST(link(law_path("data"), other));
    MUST(unlink(law_path("data")));
    law_move();
    strcpy(memory, "reaches it");
    char text[16] = "";
    MUST(read(MUST(open(other, O_RDONLY)), text, 10));
    SAME_TEXT("reaches it", text);
    return law_verdict();
}
