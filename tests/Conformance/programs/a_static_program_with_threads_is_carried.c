// A statically linked program with threads is carried.
// law: far static
#include "law.h"

static atomic_long counts[4];
static atomic_bool stop;

static void *count(void *at)
{
    while (!stop) { (*(atomic_long *)at)++; law_sleep_ms(1); }
    return at;
}

int main(void)
{
    law_begin();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) MUST_BE_0(pthread_create(&threads[i], NULL, count, &counts[i]));
    law_move();
    for (int i = 0; i < 4; i++) {
        long now = counts[i];
        HOLDS(LAW_UNTIL(counts[i] > now));
    }
    stop = true;
    for (int i = 0; i < 4; i++) {
        void *answer;
        SAME(0, pthread_join(threads[i], &answer));
        HOLDS(answer == &counts[i]);
    }
    return law_verdict();
}
