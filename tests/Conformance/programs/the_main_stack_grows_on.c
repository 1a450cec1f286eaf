// The main stack grows on by itself, down to its limit.
#include "law.h"

__attribute__((noinline)) static long descend(int depth)
{
    volatile char frame[4096];
    memset((void *)frame, depth, sizeof frame);
    long below = depth ? descend(depth - 1) : 0;
    return below + frame[17] + (frame[4095] == (char)depth);
}

int main(void)
{
    law_begin();
    long before = descend(10);
    law_move();
    SAME(before, descend(10));
    // 6 of the usual 8 MiB.
    HOLDS(descend(1500) != 0);
    HOLDS(strstr(law_maps_line(__builtin_frame_address(0)), "[stack]") != NULL);
    HOLDS(law_vmflag(__builtin_frame_address(0), "gd"));
    return law_verdict();
}
