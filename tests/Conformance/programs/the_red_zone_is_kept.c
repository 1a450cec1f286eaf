// The 128 bytes below the stack pointer, which belong to a leaf function, are kept.
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
    unsigned long differences = 0;
    __asm__ volatile(
        "movabsq $0x0123456789abcdef, %%rax\n"
        "movl $-128, %%ecx\n"
        "movslq %%ecx, %%rcx\n"
        "2: movq %%rax, (%%rsp, %%rcx)\n"
        "addq $8, %%rcx\n"
        "jne 2b\n"
        "1: cmpl $0, (%1)\n"
        "je 1b\n"
        "xorl %%edx, %%edx\n"
        "movl $-128, %%ecx\n"
        "movslq %%ecx, %%rcx\n"
        "3: cmpq %%rax, (%%rsp, %%rcx)\n"
        "je 4f\n"
        "incq %%rdx\n"
        "4: addq $8, %%rcx\n"
        "jne 3b\n"
        "movq %%rdx, %0\n"
        : "=r"(differences)
        : "r"(&go)
        : "rax", "rcx", "rdx", "memory", "cc");
    SAME(0, differences);
    pthread_join(poller, NULL);
    return law_verdict();
}
