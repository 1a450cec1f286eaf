// A socket with a filter in extended BPF can't be carried: nobody may read it back.
// law: root
// obstacle: socket-filter
#include "../law.h"
#include <linux/bpf.h>
#include <sys/socket.h>

int main(void)
{
    law_begin();
    // r0 = -1; exit
    struct bpf_insn code[] = { { 0xb7, 0, 0, 0, 65535 }, { 0x95, 0, 0, 0, 0 } };
    union bpf_attr attributes = { 0 };
    attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
    attributes.insns = (uint64_t)(uintptr_t)code;
    attributes.insn_cnt = 2;
    attributes.license = (uint64_t)(uintptr_t)"GPL";
    int program = syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
    if (program < 0) law_skip("no BPF");
    int fd = MUST(socket(AF_INET, SOCK_DGRAM, 0));
    MUST(setsockopt(fd, SOL_SOCKET, 50, &program, sizeof program)); // SO_ATTACH_BPF
    MUST(close(program));
    law_move();
    return law_verdict();
}
