/* One variable of each kind. */
#ifndef KINDS_CARRY_H
#define KINDS_CARRY_H
#include <mrpc.h>
#include <stdint.h>

CARRY_VERSION(3)
CARRY_BOUND(1 << 20)
CARRY_AFTER(arrived)

CARRY_STRUCT(struct item,
    struct item *next CARRY_LINK;
    char *name CARRY_STRING(20);
    short counted;
    float *values CARRY_COUNT(counted, 100);
    void *cache CARRY_NOT;
)
CARRY_STRUCT(pair,
    int8_t a;
    uint64_t b;
)

extern int number;
extern long long large;
extern bool_t yes;
extern unsigned char small;
extern enum color shade;
extern double means[3];
extern char text[16];
extern int grid[2][3];
extern char *title CARRY_STRING(600), *nothing CARRY_STRING(30);
extern char *names[2] CARRY_STRING(8);
extern pair *one CARRY_ONE, *none CARRY_ONE;
extern pair pairs[2];
extern int *numbers CARRY_COUNT(how_many, 1000);
extern size_t how_many;
extern char **lines CARRY_COUNT(line_count, 10) CARRY_STRING(100);
extern unsigned line_count;
extern struct item *first CARRY_LIST(next, 10);
extern int hooked CARRY_HOOK(move_hooked);
#endif
