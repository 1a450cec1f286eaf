// User, group and supplementary groups are kept, and what files are made as.
#include "law.h"

int main(void)
{
    law_begin();
    uid_t uid[3], uid_after[3];
    gid_t gid[3], gid_after[3], groups[64], groups_after[64];
    MUST(getresuid(&uid[0], &uid[1], &uid[2]));
    MUST(getresgid(&gid[0], &gid[1], &gid[2]));
    int count = MUST(getgroups(64, groups));
    law_move();
    MUST(getresuid(&uid_after[0], &uid_after[1], &uid_after[2]));
    MUST(getresgid(&gid_after[0], &gid_after[1], &gid_after[2]));
    HOLDS(memcmp(uid, uid_after, sizeof uid) == 0);
    HOLDS(memcmp(gid, gid_after, sizeof gid) == 0);
    SAME(count, getgroups(64, groups_after));
    HOLDS(memcmp(groups, groups_after, count * sizeof *groups) == 0);
    law_create("made");
    struct stat status;
    MUST(stat(law_path("made"), &status));
    SAME(uid[1], status.st_uid);
    SAME(gid[1], status.st_gid);
    return law_verdict();
}
