// Whether a mapping and a descriptor are of one file is told by their devices: on an overlay they differ, and its mount, which knew both, is gone.
// law: root
// obstacle: removed-file.*overlay
#include "law.h"
#include <sys/mount.h>

int main(void)
{
    law_begin();
    char path[3][512], inner[3][600], options[2000];
    static const char *const folders[] = { "lower", "other", "merged" };
    MUST(unshare(CLONE_NEWNS));
    MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
    for (int i = 0; i < 3; i++) {
        snprintf(path[i], sizeof path[i], "%s/%s", law_directory, folders[i]);
        MUST(mkdir(path[i], 0755));
    }
    if (mount("none", path[1], "tmpfs", 0, NULL) < 0) law_skip("no mount of a tmpfs");
    snprintf(inner[0], sizeof inner[0], "%s/upper", path[1]);
    snprintf(inner[1], sizeof inner[1], "%s/work", path[1]);
    MUST(mkdir(inner[0], 0755));
    MUST(mkdir(inner[1], 0755));
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s,workdir=%s", path[0], inner[0], inner[1]);
    if (mount("none", path[2], "overlay", 0, options) < 0) law_skip("no mount of an overlay");
    snprintf(inner[2], sizeof inner[2], "%s/scratch", path[2]);
    int fd = MUST(open(inner[2], O_RDWR | O_CREAT, 0644));
    MUST(ftruncate(fd, 1 << 20));
    char *memory = MUST(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    strcpy(memory + 5000, "by the mapping");
    MUST(unlink(inner[2]));
    // What it sees is what all see: only its own hands still reach the overlay.
    MUST(umount2(path[2], MNT_DETACH));
    MUST(umount2(path[1], MNT_DETACH));
    law_move();
    return law_verdict();
}
