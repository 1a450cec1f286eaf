// A memory file that nobody has open for writing any more can be executed after the move, as before (ETXTBSY otherwise).
#include "law.h"

extern char **environ;

static int copy_program(void)
{
    static char bytes[1 << 20];
    int from = MUST(open("/bin/true", O_RDONLY)), to = MUST(memfd_create("program", MFD_ALLOW_SEALING));
    long length = MUST(read(from, bytes, sizeof bytes));
    MUST(write(to, bytes, length));
    MUST(close(from));
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", to);
    int again = MUST(open(path, O_RDONLY));
    MUST(close(to));
    return again;
}

static int run(int fd)
{
    return LAW_CHILD(({ char *arguments[] = { "true", NULL }; fexecve(fd, arguments, environ); errno; }));
}

int main(void)
{
    law_begin();
    int plain = copy_program(), sealed = copy_program();
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", sealed);
    int writable = MUST(open(path, O_RDWR));
    MUST(fcntl(writable, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL));
    MUST(close(writable));
    char *text = MUST(mmap(NULL, 4096, PROT_READ, MAP_SHARED, plain, 0));
    SAME(0, run(plain));
    law_move();
    SAME(0, run(plain));
    SAME(0, run(sealed));
    HOLDS(memcmp(text, "\177ELF", 4) == 0);
    SAME(F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL, fcntl(sealed, F_GET_SEALS));
    return law_verdict();
}
