// Seccomp filters are kept, each thread's own in their order, and are inherited as before.
// law: root
#include "law.h"
#include <linux/filter.h>
#include <linux/seccomp.h>

static int go[2];
static atomic_bool filtered;

static void forbid(int call, int error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { 4, filter };
    MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

// What only some arguments may not.
static void forbid_argument(int call, unsigned value, int error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { 6, filter };
    MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

static void fails(int error, long result)
{
    SAME(-1, result);
    SAME(error, errno);
}

static void check(void)
{
    SAME(2, prctl(PR_GET_SECCOMP));
    fails(EDOM, syscall(SYS_acct, NULL));
    fails(ERANGE, syscall(SYS_getpgid, 7));
    HOLDS(syscall(SYS_getpgid, 0) > 0);
}

static void *in_its_own(void *unused)
{
    forbid(SYS_swapoff, EXDEV);
    filtered = true;
    char byte;
    while (read(go[0], &byte, 1) < 0) { }
    check();
    fails(EXDEV, syscall(SYS_swapoff, NULL));
    return unused;
}

int main(void)
{
    law_begin();
    MUST(pipe(go));
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    forbid(SYS_acct, ENOLCK);
    forbid(SYS_acct, EDOM);
    forbid_argument(SYS_getpgid, 7, ERANGE);
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, in_its_own, NULL));
    MUST(LAW_UNTIL(filtered) ? 0 : -1);
    pid_t child = MUST(fork());
    if (child == 0)
    {
        char byte;
        while (read(go[0], &byte, 1) < 0) { }
        check();
        _exit(law_differences);
    }

    law_move();
    MUST(write(go[1], "12", 2));
    MUST_BE_0(pthread_join(thread, NULL));
    int status = -1;
    MUST(waitpid(child, &status, 0));
    SAME(0, status);
    check();
    HOLDS(syscall(SYS_swapoff, NULL) == -1 && errno != EXDEV);
    child = MUST(fork());
    if (child == 0)
    {
        check();
        _exit(law_differences);
    }

    MUST(waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
