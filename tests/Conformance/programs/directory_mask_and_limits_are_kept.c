// The working directory, the file creation mask and the resource limits are kept.
#include "law.h"

int main(void)
{
    law_begin();
    char path[1024], after[1024];
    snprintf(path, sizeof path, "%s", law_path("deep down"));
    MUST(mkdir(path, 0700));
    MUST(chdir(path));
    umask(0137);
    struct rlimit files = { 777, 4000 }, stack, core = { 0, 0 }, now;
    MUST(getrlimit(RLIMIT_NOFILE, &now));
    if (files.rlim_max > now.rlim_max) files.rlim_max = now.rlim_max;
    MUST(setrlimit(RLIMIT_NOFILE, &files));
    MUST(getrlimit(RLIMIT_STACK, &stack));
    stack.rlim_cur = 5 << 20;
    MUST(setrlimit(RLIMIT_STACK, &stack));
    MUST(setrlimit(RLIMIT_CORE, &core));
    law_move();
    HOLDS(getcwd(after, sizeof after) != NULL);
    SAME_TEXT(path, after);
    mode_t mask = umask(0);
    SAME(0137, mask);
    MUST(getrlimit(RLIMIT_NOFILE, &now));
    SAME(777, now.rlim_cur);
    SAME(files.rlim_max, now.rlim_max);
    MUST(getrlimit(RLIMIT_STACK, &now));
    SAME(5 << 20, now.rlim_cur);
    SAME(stack.rlim_max, now.rlim_max);
    MUST(getrlimit(RLIMIT_CORE, &now));
    SAME(0, now.rlim_max);
    HOLDS(dup2(2, 777) == -1 && errno == EBADF);
    return law_verdict();
}
