// A PROT_NONE guard page still faults, and its neighbours do not.
#include "law.h"
#include <setjmp.h>

static sigjmp_buf back;
static void *volatile fault;

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    fault = info->si_addr;
    siglongjmp(back, 1);
}

int main(void)
{
    law_begin();
    char *memory = MUST(mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    law_fill(memory, 3 * 4096, 7);
    MUST(mprotect(memory + 4096, 4096, PROT_NONE));
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    MUST(sigaction(SIGSEGV, &action, NULL));
    law_move();
    HOLDS(memory[0] == memory[0] && memory[8192] == memory[8192]);
    if (sigsetjmp(back, 1) == 0) {
        memory[4096] = 1;
        __asm__ volatile("" ::: "memory");
        HOLDS(!"the guard page let a write through");
    }
    SAME((uintptr_t)memory + 4096, (uintptr_t)fault);
    // What lies under the guard is kept too.
    MUST(mprotect(memory + 4096, 4096, PROT_READ));
    HOLDS(law_filled(memory, 3 * 4096, 7));
    return law_verdict();
}
