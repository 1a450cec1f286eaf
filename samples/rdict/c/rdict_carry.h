/* What moves with rdictd. */
#include <mrpc.h>

CARRY_VERSION(1)
CARRY_BOUND(256 << 20)
CARRY_AFTER(arrived)
CARRY_STRUCT(struct word,
    struct word *next CARRY_LINK;
    char *word CARRY_STRING(MAXWORD);
    char *text CARRY_STRING(MAXTEXT);
    struct word *same CARRY_NOT;
)
extern struct word *first CARRY_LIST(next, 4000000);
extern unsigned count;
extern int loaded;
