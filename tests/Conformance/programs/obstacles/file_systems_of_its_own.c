// What has mounted something for itself would find other files by its paths.
// law: root
// obstacle: namespace.*mount
#include "law.h"
#include <sys/mount.h>

int main(void)
{
    law_begin();
    if (unshare(CLONE_NEWNS) != 0)
    {
        law_skip("mount namespaces");
    }

    MUST(mkdir(law_path("own"), 0700));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    MUST(mount("none", law_path("own"), "tmpfs", 0, NULL));
    law_move();
    return law_verdict();
}
