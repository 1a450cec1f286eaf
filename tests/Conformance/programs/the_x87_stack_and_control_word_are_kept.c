// The x87 register stack, its control word and the SSE rounding mode are kept.
#include "law.h"

static volatile int go;

static void *poll(void *unused)
{
    (void)unused;
    law_move();
    go = 1;
    return NULL;
}

int main(void)
{
    law_begin();
    pthread_t poller;
    MUST_BE_0(pthread_create(&poller, NULL, poll, NULL));
    unsigned short control = 0x0c7f, control_after = 0, usual = 0x037f;  // round to zero, 24 bits
    unsigned mxcsr = 0x1f80 | 0x2000 | 0x8000, mxcsr_after = 0, mxcsr_usual = 0x1f80;  // round down, flush to zero
    double one, pi, log2;
    __asm__ volatile(
        "fninit\n"
        "fldcw %5\n"
        "ldmxcsr %6\n"
        "fld1\n"
        "fldpi\n"
        "fldln2\n"
        "1: cmpl $0, (%7)\n"
        "je 1b\n"
        "fnstcw %0\n"
        "stmxcsr %1\n"
        "fldcw %8\n"
        "fstpl %2\n"
        "fstpl %3\n"
        "fstpl %4\n"
        "ldmxcsr %9\n"
        : "=m"(control_after), "=m"(mxcsr_after), "=m"(log2), "=m"(pi), "=m"(one)
        : "m"(control), "m"(mxcsr), "r"(&go), "m"(usual), "m"(mxcsr_usual)
        : "memory", "cc");
    SAME(control & ~0x40, control_after & ~0x40);
    SAME(mxcsr, mxcsr_after & ~0x3f);
    HOLDS(one == 1.0 && pi > 3.14159 && pi < 3.1416 && log2 > 0.6931 && log2 < 0.6932);
    pthread_join(poller, NULL);
    return law_verdict();
}
