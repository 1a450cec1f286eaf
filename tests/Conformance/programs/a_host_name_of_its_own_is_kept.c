// A host name of the job's own (UTS namespace) is kept, for its children as well.
// law: root
#include "law.h"
#include <sys/utsname.h>

static void check(void)
{
    struct utsname names;
    MUST(uname(&names));
    SAME_TEXT("a name of its own", names.nodename);
    SAME_TEXT("a domain", names.domainname);
}

int main(void)
{
    law_begin();
    if (unshare(CLONE_NEWUTS) != 0)
    {
        law_skip("UTS namespaces");
    }

    MUST(sethostname("a name of its own", 17));
    MUST(setdomainname("a domain", 8));
    law_move();
    check();
    pid_t child = MUST(fork());
    if (child == 0)
    {
        check();
        _exit(law_differences);
    }

    int status = -1;
    MUST(waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
