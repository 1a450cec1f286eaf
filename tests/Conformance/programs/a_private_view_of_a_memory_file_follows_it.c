// A private view of a memory file or of a removed file keeps what it changed, and what it did not it sees change in the file.
#include "law.h"

enum { page = 4096, size = 4 * page };

static char *view_of(int fd)
{
    char content[size];
    law_fill(content, size, 3);
    MUST(pwrite(fd, content, size, 0));
    char *view = MUST(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    law_fill(view + page, page, 4);
    return view;
}

static void check(int fd, char *view)
{
    char content[size];
    law_fill(content, size, 3);
    HOLDS(memcmp(view, content, page) == 0);
    HOLDS(law_filled(view + page, page, 4));
    HOLDS(memcmp(view + 2 * page, content + 2 * page, 2 * page) == 0);
    MUST(pwrite(fd, "seen", 4, 2 * page));
    HOLDS(memcmp(view + 2 * page, "seen", 4) == 0);
    memcpy(view + 3 * page, "own", 3);
    char byte[3];
    MUST(pread(fd, byte, 3, 3 * page));
    HOLDS(memcmp(byte, content + 3 * page, 3) == 0);
    MUST(madvise(view + page, page, MADV_DONTNEED));
    HOLDS(memcmp(view + page, content + page, page) == 0);
}

int main(void)
{
    law_begin();
    int memory = MUST(memfd_create("viewed", 0));
    int removed = MUST(open(law_path("removed"), O_CREAT | O_RDWR, 0600));
    MUST(unlink(law_path("removed")));
    char *first = view_of(memory), *second = view_of(removed);
    law_move();
    check(memory, first);
    check(removed, second);
    return law_verdict();
}
