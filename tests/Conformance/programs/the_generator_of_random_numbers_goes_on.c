// Sequences of random(), drand48() and a stream being formatted go on as they would have.
#include "law.h"

int main(void)
{
    law_begin();
    srandom(1991);
    srand48(1991);
    long expected[10];
    double real[10];
    for (int i = 0; i < 100; i++) { random(); drand48(); }
    for (int i = 0; i < 10; i++) { expected[i] = random(); real[i] = drand48(); }
    srandom(1991);
    srand48(1991);
    for (int i = 0; i < 100; i++) { random(); drand48(); }
    law_move();
    for (int i = 0; i < 10; i++) {
        SAME(expected[i], random());
        HOLDS(real[i] == drand48());
    }
    return law_verdict();
}
