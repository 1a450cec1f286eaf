// Memory that a thread maps, protects, extends and unmaps all the time is never in more pieces than it made: while memory is copied in
// rounds no mapping is watched in part, of which mremap would find two.
// law: far nocompare
#include "law.h"

enum { LARGE = 48 << 20, OTHERS = 400 };

static atomic_bool over;
static atomic_int failures;
static atomic_long rounds;

static void *change(void *unused)
{
    (void)unused;
    unsigned seed = 1991;
    while (!over) {
        size_t length = 4096 * (3 + rand_r(&seed) % 28);
        char *at = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(at, 5, length);
        mprotect(at + 4096, 4096, PROT_READ);
        for (volatile int k = 0; k < 20000; k++) ;
        mprotect(at, length, PROT_READ | PROT_WRITE);
        char *moved = mremap(at, length, 2 * length, MREMAP_MAYMOVE);
        if (moved == MAP_FAILED) {
            failures++;
            munmap(at, length);
        } else {
            if (moved[length - 1] != 5 || moved[length] != 0) failures++;
            munmap(moved, 2 * length);
        }
        rounds++;
    }
    return NULL;
}

int main(void)
{
    law_begin();
    law_compares = false;
    char *large = mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memset(large, 7, LARGE);
    for (int i = 0; i < OTHERS; i++) {
        // To list them takes a while, in which others change.
        char *other = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memset(other, 1, 8192);
        mprotect(other, 4096, PROT_READ);
    }
    pthread_t thread;
    MUST(pthread_create(&thread, NULL, change, NULL));
    law_move();
    long before = rounds;
    while (rounds < before + 3) law_sleep_ms(1);
    over = true;
    pthread_join(thread, NULL);
    SAME(0, failures);
    HOLDS(large[0] == 7 && large[LARGE - 1] == 7);
    return law_verdict();
}
