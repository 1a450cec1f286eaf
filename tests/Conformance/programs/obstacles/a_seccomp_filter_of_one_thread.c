// Nor one that only one thread has.
// obstacle: seccomp
#include "law.h"
#include <linux/filter.h>
#include <linux/seccomp.h>

static int go[2];
static atomic_bool filtered;

static void *in_sandbox(void *unused)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_munmap, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { 4, filter };
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
    filtered = true;
    char byte;
    while (read(go[0], &byte, 1) < 0) { }
    SAME(2, prctl(PR_GET_SECCOMP));
    return unused;
}

int main(void)
{
    law_begin();
    MUST(pipe(go));
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, in_sandbox, NULL));
    MUST(LAW_UNTIL(filtered) ? 0 : -1);
    law_move();
    MUST(write(go[1], "", 1));
    pthread_join(thread, NULL);
    return law_verdict();
}
