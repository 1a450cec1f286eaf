// All general registers and the flags keep their values in the middle of a busy loop.
#include "law.h"

static volatile int go;
static atomic_int turns;

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
    sigset_t all, old;
    sigfillset(&all);
    MUST(sigprocmask(SIG_SETMASK, &all, &old));
    MUST_BE_0(pthread_create(&poller, NULL, poll, NULL));
    MUST(sigprocmask(SIG_SETMASK, &old, NULL));
    unsigned long out[14], rsp_before, rsp_after;
    struct { unsigned long *out; volatile int *go; atomic_int *turns; unsigned long *before, *after; } frame = { out, &go, &turns, &rsp_before, &rsp_after };
    // 14 registers hold known values; the stack pointer is kept in memory, rax carries the loop.
    __asm__ volatile(
        "pushq %%rbp\n"
        "subq $256, %%rsp\n"
        "movq %0, %%rax\n"
        "movq %%rax, 128(%%rsp)\n"
        "movq 24(%%rax), %%rbx\n"
        "movq %%rsp, (%%rbx)\n"
        "movabsq $0x1111111111111111, %%rbx\n"
        "movabsq $0x2222222222222222, %%rcx\n"
        "movabsq $0x3333333333333333, %%rdx\n"
        "movabsq $0x4444444444444444, %%rsi\n"
        "movabsq $0x5555555555555555, %%rdi\n"
        "movabsq $0x6666666666666666, %%rbp\n"
        "movabsq $0x7777777777777777, %%r8\n"
        "movabsq $0x8888888888888888, %%r9\n"
        "movabsq $0x9999999999999999, %%r10\n"
        "movabsq $0xaaaaaaaaaaaaaaaa, %%r11\n"
        "movabsq $0xbbbbbbbbbbbbbbbb, %%r12\n"
        "movabsq $0xcccccccccccccccc, %%r13\n"
        "movabsq $0xdddddddddddddddd, %%r14\n"
        "movabsq $0xeeeeeeeeeeeeeeee, %%r15\n"
        "std\n"
        "1:\n"
        "movq 128(%%rsp), %%rax\n"
        "movq 8(%%rax), %%rax\n"
        "cmpl $0, (%%rax)\n"
        "je 1b\n"
        "pushfq\n"
        "popq %%rax\n"
        "cld\n"
        "movq %%rax, 144(%%rsp)\n"
        "movq 128(%%rsp), %%rax\n"
        "movq %%rbx, 136(%%rsp)\n"
        "movq 32(%%rax), %%rbx\n"
        "movq %%rsp, (%%rbx)\n"
        "movq (%%rax), %%rax\n"
        "movq 136(%%rsp), %%rbx\n"
        "movq %%rbx, 0(%%rax)\n"
        "movq %%rcx, 8(%%rax)\n"
        "movq %%rdx, 16(%%rax)\n"
        "movq %%rsi, 24(%%rax)\n"
        "movq %%rdi, 32(%%rax)\n"
        "movq %%rbp, 40(%%rax)\n"
        "movq %%r8, 48(%%rax)\n"
        "movq %%r9, 56(%%rax)\n"
        "movq %%r10, 64(%%rax)\n"
        "movq %%r11, 72(%%rax)\n"
        "movq %%r12, 80(%%rax)\n"
        "movq %%r13, 88(%%rax)\n"
        "movq %%r14, 96(%%rax)\n"
        "movq %%r15, 104(%%rax)\n"
        "movq 144(%%rsp), %%rcx\n"
        "movq 128(%%rsp), %%rbx\n"
        "addq $256, %%rsp\n"
        "popq %%rbp\n"
        "movq %%rcx, %%rax\n"
        :
        : "r"(&frame)
        : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
    for (int i = 0; i < 14; i++) SAME(0x1111111111111111UL * (i + 1), out[i]);
    SAME(rsp_before, rsp_after);
    pthread_join(poller, NULL);
    return law_verdict();
}
