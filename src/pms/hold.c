#define _GNU_SOURCE
#include "mailbox.h"
#include "pms.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#define MAX_DEPTH 1000000 /* deeper is a loop that forgets to release */

int pms_hold(void)
{
    pms_prepare();
    if (pms_in_callback)
        return pms_fail(EDEADLK, "the move waits for this callback: it can't hold it up");
    if (pms_depth >= MAX_DEPTH)
        return pms_fail(EAGAIN, "pms_hold is nested a million deep");
    int saved = errno;
    if (pms_depth == 0)
        pms_enter();
    pms_depth++;
    errno = saved;
    return 0;
}

int pms_release(void)
{
    if (pms_depth == 0)
        return pms_fail(EPERM, "pms_release without a pms_hold of this thread");
    if (--pms_depth == 0)
        pms_leave();
    return 0;
}

/* A process that was resumed counts its arrival before it says anything of itself. */
static void settle(void)
{
    uint32_t beat = 0;
    unsigned silent = 0;
    while (atomic_load(&pms_box->request) == REQUEST_CAPTURED && pms_request_stands(&beat, &silent, 1))
        pms_nap(1);
}

const char *pms_host(void)
{
    static _Thread_local char name[sizeof pms_box->host + 1];
    pms_prepare();
    int saved = errno;
    settle();
    for (int attempt = 0; attempt < 1000; attempt++) {
        uint32_t facts = atomic_load(&pms_box->facts);
        memcpy(name, pms_box->host, sizeof pms_box->host);
        name[sizeof name - 1] = 0;
        if (atomic_load(&pms_box->told) != atomic_load(&pms_box->moves))
            name[0] = 0;
        atomic_thread_fence(memory_order_acquire);
        if (facts % 2 == 0 && facts == atomic_load(&pms_box->facts))
            break;
        pms_nap(1);
    }
    if (name[0] == 0) {
        struct utsname machine;
        if (uname(&machine) == 0)
            strncpy(name, machine.nodename, sizeof name - 1);
    }
    errno = saved;
    return name;
}

unsigned pms_moves(void)
{
    pms_prepare();
    int saved = errno;
    settle();
    errno = saved;
    return atomic_load(&pms_box->moves);
}
