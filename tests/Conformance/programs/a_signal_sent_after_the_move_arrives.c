// Signals from the kernel and from other processes arrive after the move: SIGCHLD, SIGALRM, SIGFPE, SIGSEGV.
#include "law.h"
#include <setjmp.h>

static volatile int children, alarms, faults;
static sigjmp_buf back;

static void on_child(int number) { (void)number; children++; }
static void on_alarm(int number) { (void)number; alarms++; }
static void on_fault(int number) { (void)number; faults++; siglongjmp(back, 1); }

int main(void)
{
    law_begin();
    signal(SIGCHLD, on_child);
    signal(SIGALRM, on_alarm);
    signal(SIGFPE, on_fault);
    signal(SIGSEGV, on_fault);
    law_move();
    SAME(0, LAW_CHILD(0));
    HOLDS(LAW_UNTIL(children == 1));
    struct itimerval soon = { .it_value = { 0, 1000 } };
    setitimer(ITIMER_REAL, &soon, NULL);
    HOLDS(LAW_UNTIL(alarms == 1));
    volatile int zero = 0, one = 1;
    if (sigsetjmp(back, 1) == 0) one = one / zero;
    if (sigsetjmp(back, 1) == 0) *(volatile int *)(8 + (uintptr_t)zero) = 1;
    SAME(2, faults);
    return law_verdict();
}
