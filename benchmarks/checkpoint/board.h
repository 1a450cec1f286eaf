/* What the measured program and the driver share: one page-aligned file, mapped shared by both. It is a file with a name,
 * so that the resumed program opens and maps the same one again. */
#ifndef BOARD_H
#define BOARD_H
#include <stdint.h>
#include <time.h>

#define GAP_NS 100000 /* shorter ones are not recorded */
#define GAPS 65536

struct gap {
    int64_t begin, end; /* CLOCK_REALTIME, ns: two neighbouring readings of the loop */
};

struct board {
    volatile int32_t ready;    /* the program: memory filled, threads started, looping */
    volatile int32_t stop;     /* the driver: check the memory and end */
    volatile int32_t intact;   /* the program, at its end: 1 memory and threads as they were, -1 not */
    volatile int32_t count;    /* gaps recorded; the newest are gaps[(count-1) % GAPS] */
    volatile int64_t launched; /* the driver's child: just before execve of the context file */
    struct gap gaps[GAPS];
};

/* Not the monotonic clock: in a resumed program it goes on from where it was. */
static inline int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}
#endif
