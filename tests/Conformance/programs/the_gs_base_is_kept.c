// The base of the GS segment, which some runtimes use, is kept beside that of FS.
#include "law.h"
#include <asm/prctl.h>

int main(void)
{
    law_begin();
    static long block[4] = { 10, 20, 30, 40 };
    MUST(syscall(SYS_arch_prctl, ARCH_SET_GS, block));
    unsigned long fs, fs_after, gs_after;
    MUST(syscall(SYS_arch_prctl, ARCH_GET_FS, &fs));
    law_move();
    long value;
    __asm__ volatile("movq %%gs:16, %0" : "=r"(value));
    SAME(30, value);
    MUST(syscall(SYS_arch_prctl, ARCH_GET_GS, &gs_after));
    SAME((uintptr_t)block, gs_after);
    MUST(syscall(SYS_arch_prctl, ARCH_GET_FS, &fs_after));
    SAME(fs, fs_after);
    return law_verdict();
}
