// All sixteen vector registers, as wide as this cpu has them, keep their values in a busy loop.
// compile: -mavx
#include "law.h"
#include <immintrin.h>

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
    if (!__builtin_cpu_supports("avx")) law_skip("AVX");
    pthread_t poller;
    static uint64_t in[64] __attribute__((aligned(32))), out[64] __attribute__((aligned(32)));
    law_fill(in, sizeof in, 81);
    MUST_BE_0(pthread_create(&poller, NULL, poll, NULL));
    __asm__ volatile(
#define LOAD(n) "vmovdqa " #n "*32(%0), %%ymm" #n "\n"
#define STORE(n) "vmovdqa %%ymm" #n ", " #n "*32(%1)\n"
        LOAD(0) LOAD(1) LOAD(2) LOAD(3) LOAD(4) LOAD(5) LOAD(6) LOAD(7)
        LOAD(8) LOAD(9) LOAD(10) LOAD(11) LOAD(12) LOAD(13) LOAD(14) LOAD(15)
        "1: cmpl $0, (%2)\n"
        "je 1b\n"
        STORE(0) STORE(1) STORE(2) STORE(3) STORE(4) STORE(5) STORE(6) STORE(7)
        STORE(8) STORE(9) STORE(10) STORE(11) STORE(12) STORE(13) STORE(14) STORE(15)
        "vzeroupper\n"
        :
        : "r"(in), "r"(out), "r"(&go)
        : "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
          "xmm13", "xmm14", "xmm15");
    HOLDS(memcmp(in, out, sizeof in) == 0);
    pthread_join(poller, NULL);
    return law_verdict();
}
