// Twenty children in a ring of pipes pass a number on, each adds one: none is lost and none counted twice.
// law: far nocompare
#include "law.h"

#define CHILDREN 20

int main(void)
{
    law_begin();
    int pipes[CHILDREN + 1][2];
    for (int i = 0; i <= CHILDREN; i++) MUST(pipe(pipes[i]));
    for (int i = 0; i < CHILDREN; i++) {
        if (MUST(fork()) == 0) {
            for (int k = 0; k <= CHILDREN; k++) {
                if (k != i) close(pipes[k][0]);
                if (k != i + 1) close(pipes[k][1]);
            }
            long number;
            while (read(pipes[i][0], &number, sizeof number) == sizeof number) {
                number++;
                MUST(write(pipes[i + 1][1], &number, sizeof number));
            }
            _exit(0);
        }
    }
    for (int k = 0; k <= CHILDREN; k++) {
        if (k != CHILDREN) close(pipes[k][0]);
        if (k != 0) close(pipes[k][1]);
    }
    law_ready();
    long number = 0, rounds = 0;
    while (!law_gone_on()) {
        MUST(write(pipes[0][1], &number, sizeof number));
        SAME(sizeof number, read(pipes[CHILDREN][0], &number, sizeof number));
        rounds++;
        SAME(rounds * CHILDREN, number);
    }
    close(pipes[0][1]);
    SAME(0, read(pipes[CHILDREN][0], &number, sizeof number));
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        HOLDS(wait(&status) > 0);
        SAME(0, status);
    }
    return law_verdict();
}
