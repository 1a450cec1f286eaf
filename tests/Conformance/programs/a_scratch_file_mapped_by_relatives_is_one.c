// A file with a name, and one in /dev/shm, that relatives map shared stay one for them.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    char name[64];
    snprintf(name, sizeof name, "/yadokari-law-%d", getpid());
    int files[2] = { MUST(open(law_path("scratch"), O_RDWR | O_CREAT, 0600)), MUST(shm_open(name, O_RDWR | O_CREAT, 0600)) };
    char *views[2];
    for (int i = 0; i < 2; i++) {
        MUST(ftruncate(files[i], 65536));
        views[i] = MUST(mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, files[i], 0));
        law_fill(views[i], 65536, 3 + i);
    }
    close(files[0]);
    pid_t child = MUST(fork());
    if (child == 0) {
        while (views[0][0] != 55 || views[1][0] != 56) law_sleep_ms(2);
        views[0][1] = 57;
        views[1][1] = 58;
        _exit(0);
    }
    law_move();
    for (int i = 0; i < 2; i++) HOLDS(law_filled(views[i], 65536, 3 + i));
    views[0][0] = 55;
    views[1][0] = 56;
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    SAME(57, views[0][1]);
    SAME(58, views[1][1]);
    char byte;
    SAME(1, pread(files[1], &byte, 1, 1));
    SAME(58, byte);
    shm_unlink(name);
    return law_verdict();
}
