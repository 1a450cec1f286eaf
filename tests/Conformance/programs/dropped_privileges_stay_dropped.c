// A process that gave up root for another user, groups and part of its capabilities keeps exactly that.
// law: root
#include "law.h"
#include <grp.h>
#include <linux/capability.h>

int main(void)
{
    law_begin();
    MUST(chmod(law_directory, 0777));
    gid_t groups[] = { 1234, 5678 }, groups_after[8];
    MUST(prctl(PR_CAPBSET_DROP, 21));  // CAP_SYS_ADMIN
    MUST(prctl(PR_SET_KEEPCAPS, 1));
    MUST(setgroups(2, groups));
    MUST(setresgid(4321, 4322, 4323));
    MUST(setresuid(1991, 1991, 1991));
    struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2] = { { 1 << 10, 1 << 10 | 1 << 5, 1 << 10 }, { 0, 0, 0 } }, after[2];
    MUST(syscall(SYS_capset, &header, data));
    MUST(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 10, 0, 0));
    MUST(prctl(PR_SET_DUMPABLE, 1));
    law_move();
    uid_t uid[3];
    gid_t gid[3];
    getresuid(&uid[0], &uid[1], &uid[2]);
    getresgid(&gid[0], &gid[1], &gid[2]);
    HOLDS(uid[0] == 1991 && uid[1] == 1991 && uid[2] == 1991);
    HOLDS(gid[0] == 4321 && gid[1] == 4322 && gid[2] == 4323);
    SAME(2, getgroups(8, groups_after));
    HOLDS(memcmp(groups, groups_after, sizeof groups) == 0);
    MUST(syscall(SYS_capget, &header, after));
    HOLDS(memcmp(data, after, sizeof data) == 0);
    SAME(0, prctl(PR_CAPBSET_READ, 21));
    SAME(1, prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, 10, 0, 0));
    SAME(1, prctl(PR_GET_KEEPCAPS));
    return law_verdict();
}
