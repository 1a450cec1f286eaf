// Files and a named pipe that have lost the name they were opened by, and have another one, are the same files after a move, also where something else has the old name.
// law: nocompare
#include "law.h"

static void same(int file, const char *name)
{
    struct stat here, there;
    MUST(fstat(file, &here));
    MUST(stat(law_path(name), &there));
    SAME(there.st_ino, here.st_ino);
    SAME(1, here.st_nlink);
}

int main(void)
{
    law_begin();
    law_compares = false; // names of what has none, or has lost it, may be others
    MUST(mkdir(law_path("below"), 0700));
    law_create("first");
    int first = MUST(open(law_path("first"), O_RDWR));
    SAME(5, write(first, "first", 5));
    char old[PATH_MAX];
    strcpy(old, law_path("first"));
    MUST(link(old, law_path("second")));
    MUST(unlink(old));
    law_create("first");

    law_create("third");
    int third = MUST(open(law_path("third"), O_RDONLY));
    strcpy(old, law_path("third"));
    MUST(link(old, law_path("below/third")));
    MUST(unlink(old));

    MUST(mkfifo(law_path("pipe"), 0600));
    int pipe = MUST(open(law_path("pipe"), O_RDWR | O_NONBLOCK));
    SAME(2, write(pipe, "ab", 2));
    strcpy(old, law_path("pipe"));
    MUST(link(old, law_path("other pipe")));
    MUST(unlink(old));

    law_move();

    char bytes[8];
    same(first, "second");
    SAME(5, lseek(first, 0, SEEK_CUR));
    SAME(5, pread(first, bytes, sizeof bytes, 0));
    same(third, "below/third");
    same(pipe, "other pipe");
    SAME(2, read(pipe, bytes, sizeof bytes));
    return law_verdict();
}
