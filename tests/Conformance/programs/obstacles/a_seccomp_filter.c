// A seccomp filter can't be carried.
// obstacle: seccomp
#include "law.h"
#include <linux/filter.h>
#include <linux/seccomp.h>

int main(void)
{
    law_begin();
    struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    struct sock_fprog program = { 1, &allow };
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
    law_move();
    SAME(2, prctl(PR_GET_SECCOMP));
    return law_verdict();
}
