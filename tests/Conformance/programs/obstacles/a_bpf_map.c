// A bpf map can't be carried.
// law: root
// obstacle: bpf
#include "law.h"
#include <linux/bpf.h>

int main(void)
{
    law_begin();
    union bpf_attr attributes = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 4 };
    int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes);
    if (fd < 0) law_skip("bpf");
    law_move();
    HOLDS(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    return law_verdict();
}
