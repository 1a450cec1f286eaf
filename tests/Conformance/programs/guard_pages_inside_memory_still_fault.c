// Pages made to fault by MADV_GUARD_INSTALL still do, and what lies behind them is kept.
// law: nocompare
#include "law.h"
#include <setjmp.h>

static sigjmp_buf back;

static void on_fault(int number)
{
    siglongjmp(back, number);
}

int main(void)
{
    enum { page = 4096, pages = 64, guard = 10 };
    law_begin();
    char *memory = MUST(mmap(NULL, pages * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    law_fill(memory, guard * page, 1);
    law_fill(memory + (guard + 1) * page, (pages - guard - 1) * page, 2);
    if (madvise(memory + guard * page, page, 102) != 0) law_skip("MADV_GUARD_INSTALL");
    law_move();
    HOLDS(law_filled(memory, guard * page, 1));
    HOLDS(law_filled(memory + (guard + 1) * page, (pages - guard - 1) * page, 2));
    signal(SIGSEGV, on_fault);
    int fault = sigsetjmp(back, 1);
    if (fault == 0) (void)*(volatile char *)(memory + guard * page);
    SAME(SIGSEGV, fault);
    return law_verdict();
}
