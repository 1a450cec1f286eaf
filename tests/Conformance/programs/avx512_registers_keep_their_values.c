// The 512-bit registers and the mask registers keep their values in a busy loop.
// compile: -mavx512f
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
    if (!__builtin_cpu_supports("avx512f")) law_skip("AVX-512");
    pthread_t poller;
    static uint64_t in[64] __attribute__((aligned(64))), out[64] __attribute__((aligned(64)));
    law_fill(in, sizeof in, 82);
    unsigned mask_in = 0xa5c3, mask_out = 0;
    MUST_BE_0(pthread_create(&poller, NULL, poll, NULL));
    __asm__ volatile(
        "vmovdqa64 0(%1), %%zmm0\n" "vmovdqa64 64(%1), %%zmm5\n" "vmovdqa64 128(%1), %%zmm15\n" "vmovdqa64 192(%1), %%zmm16\n"
        "vmovdqa64 256(%1), %%zmm20\n" "vmovdqa64 320(%1), %%zmm25\n" "vmovdqa64 384(%1), %%zmm30\n" "vmovdqa64 448(%1), %%zmm31\n"
        "kmovw %4, %%k3\n"
        "1: cmpl $0, (%3)\n"
        "je 1b\n"
        "kmovw %%k3, %0\n"
        "vmovdqa64 %%zmm0, 0(%2)\n" "vmovdqa64 %%zmm5, 64(%2)\n" "vmovdqa64 %%zmm15, 128(%2)\n" "vmovdqa64 %%zmm16, 192(%2)\n"
        "vmovdqa64 %%zmm20, 256(%2)\n" "vmovdqa64 %%zmm25, 320(%2)\n" "vmovdqa64 %%zmm30, 384(%2)\n" "vmovdqa64 %%zmm31, 448(%2)\n"
        "vzeroupper\n"
        : "=&r"(mask_out)
        : "r"(in), "r"(out), "r"(&go), "r"(mask_in)
        : "memory", "cc");
    HOLDS(memcmp(in, out, sizeof in) == 0);
    SAME(mask_in, mask_out);
    pthread_join(poller, NULL);
    return law_verdict();
}
