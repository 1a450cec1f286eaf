// A subreaper keeps the processes that it took over, and gets those whose parent ends after a move.
// law: far
#include "law.h"

int main(void)
{
    law_begin();
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
    int go[2], tell[2];
    MUST(pipe(go));
    MUST(pipe(tell));
    pid_t orphans[2], parents[2];
    for (int i = 0; i < 2; i++) {
        parents[i] = MUST(fork());
        if (parents[i] == 0) {
            pid_t orphan = MUST(fork());
            char byte;
            close(go[1]);
            if (orphan == 0) {
                while (read(go[0], &byte, 1) != 0) { }
                law_sleep_ms(i * 50);
                _exit(20 + i);
            }
            MUST(write(tell[1], &orphan, sizeof orphan));
            if (i == 1) while (read(go[0], &byte, 1) != 0) { }
            _exit(10 + i);
        }
        MUST(read(tell[0], &orphans[i], sizeof orphans[i]));
    }
    close(go[0]);
    int status;
    SAME(parents[0], waitpid(parents[0], &status, 0));
    law_move();
    close(go[1]);
    SAME(parents[1], waitpid(parents[1], &status, 0));
    SAME(11 << 8, status);
    SAME(orphans[0], waitpid(orphans[0], &status, 0));
    SAME(20 << 8, status);
    SAME(orphans[1], waitpid(orphans[1], &status, 0));
    SAME(21 << 8, status);
    HOLDS(waitpid(-1, &status, 0) == -1 && errno == ECHILD);
    return law_verdict();
}
