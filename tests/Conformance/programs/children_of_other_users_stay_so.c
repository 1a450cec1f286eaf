// Children that root has given another user, other groups and fewer capabilities keep them, each its own.
// law: root far
#include "law.h"
#include <grp.h>
#include <linux/capability.h>

static void caps(struct __user_cap_data_struct data[2])
{
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    MUST(syscall(SYS_capget, &header, data));
}

int main(void)
{
    law_begin();
    int go[2], step[2];
    MUST(pipe(go));
    MUST(pipe(step));
    char byte = 1;
    pid_t children[2];
    for (int i = 0; i < 2; i++) {
        children[i] = MUST(fork());
        if (children[i] != 0) continue;
        gid_t groups[] = { 1234 + i, 2000, 3000 };
        MUST(setgroups(3, groups));
        MUST(setresgid(500 + i, 600 + i, 700 + i));
        if (i == 0) {
            MUST(setresuid(800, 801, 802));
            prctl(PR_SET_DUMPABLE, 1);
        } else {
            MUST(prctl(PR_SET_KEEPCAPS, 1));
            MUST(setresuid(900, 900, 900));
            struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
            struct __user_cap_data_struct data[2] = { { 1 << CAP_NET_RAW, 1 << CAP_NET_RAW | 1 << CAP_CHOWN, 0 } };
            MUST(syscall(SYS_capset, &header, data));
        }
        MUST(write(step[1], &byte, 1));
        close(go[1]);
        while (read(go[0], &byte, 1) != 0) { }
        uid_t r, e, s;
        gid_t rg, eg, sg;
        getresuid(&r, &e, &s);
        getresgid(&rg, &eg, &sg);
        SAME(i ? 900 : 800, r);
        SAME(i ? 900 : 801, e);
        SAME(i ? 900 : 802, s);
        SAME(500 + i, rg);
        SAME(600 + i, eg);
        SAME(700 + i, sg);
        gid_t now[8];
        SAME(3, getgroups(8, now));
        SAME(1234 + i, now[0]);
        struct __user_cap_data_struct data[2];
        caps(data);
        SAME(i ? 1 << CAP_NET_RAW : 0, data[0].effective);
        SAME(i ? 1 << CAP_NET_RAW | 1 << CAP_CHOWN : 0, data[0].permitted);
        _exit(law_verdict());
    }
    close(go[0]);
    for (int i = 0; i < 2; i++) MUST(read(step[0], &byte, 1));
    law_move();
    SAME(0, getuid());
    close(go[1]);
    for (int i = 0; i < 2; i++) {
        int status;
        SAME(children[i], waitpid(children[i], &status, 0));
        SAME(0, status);
    }
    return law_verdict();
}
