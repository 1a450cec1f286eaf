/* What moves with tally.c. */
#include <mrpc.h>

CARRY_VERSION(1)
CARRY_BOUND(1 << 20)
CARRY_STRUCT(struct caller,
    struct caller *next CARRY_LINK;
    char name[MAXNAME + 1];
    u_quad_t calls, last;
)
extern struct caller *first CARRY_LIST(next, 100000);
extern report sum CARRY_XDR(xdr_report);
extern char *ballast CARRY_COUNT(ballast_size, 1 << 30);
extern int ballast_size;
