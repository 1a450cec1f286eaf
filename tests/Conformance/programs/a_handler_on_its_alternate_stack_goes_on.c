// A process moved inside a handler that runs on an alternate stack returns from it, and can run on it again.
#include "law.h"

static volatile int calls;
static char *low;
enum { size = 65536 };

static void handle(int number)
{
    (void)number;
    char here;
    HOLDS(&here >= low && &here < low + size);
    if (calls++ == 0) {
        law_move();
        stack_t now;
        MUST(sigaltstack(NULL, &now));
        SAME(SS_ONSTACK, now.ss_flags & SS_ONSTACK);
        SAME((uintptr_t)low, (uintptr_t)now.ss_sp);
    }
}

int main(void)
{
    law_begin();
    low = malloc(size);
    stack_t stack = { .ss_sp = low, .ss_size = size };
    MUST(sigaltstack(&stack, NULL));
    struct sigaction action = { .sa_handler = handle, .sa_flags = SA_ONSTACK };
    MUST(sigaction(SIGUSR1, &action, NULL));
    raise(SIGUSR1);
    raise(SIGUSR1);
    SAME(2, calls);
    stack_t after;
    MUST(sigaltstack(NULL, &after));
    SAME(0, after.ss_flags);
    return law_verdict();
}
