#define _GNU_SOURCE
#include "mailbox.h"
#include "pms.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define LEASE_MS 3000  /* a daemon that shows no beat for so long is gone */
#define SAME_TICKS 2   /* the daemon knows a start time only so exactly */

struct mailbox *pms_box;
_Thread_local unsigned pms_depth;
_Thread_local int pms_in_callback;
_Thread_local char pms_message[512];

static struct mailbox fallback; /* without memory for a page nothing moves, but everything works */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void clear(struct mailbox *box)
{
    memset(box, 0, offsetof(struct mailbox, files));
    box->self = (uintptr_t)box;
    box->size = sizeof *box;
    memcpy(box->magic, MAILBOX_MAGIC, sizeof box->magic);
    atomic_store(&box->born, pms_start_time());
}

/* A child is a process of its own: it holds nothing, and nobody knows it. */
static void in_child(void)
{
    clear(pms_box);
    for (size_t i = 0; i < sizeof pms_box->files / sizeof pms_box->files[0]; i++)
        if (pms_box->files[i].use != FILE_FREE)
            pms_box->files[i].use = FILE_FREE;
    pms_depth = 0;
}

static void make(void)
{
    const size_t size = sizeof(struct mailbox);
    void *page = mmap((void *)MAILBOX_ADDRESS, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (page == MAP_FAILED || page != (void *)MAILBOX_ADDRESS) {
        if (page != MAP_FAILED)
            munmap(page, size);
        page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
    pms_box = page == MAP_FAILED ? &fallback : page;
    clear(pms_box);
    pthread_atfork(NULL, NULL, in_child);
}

void pms_prepare(void)
{
    pthread_once(&once, make);
}

void pms_nap(unsigned milliseconds)
{
    struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
    while (nanosleep(&time, &time) == -1 && errno == EINTR) {
    }
}

uint64_t pms_start_time(void)
{
    char text[1024];
    int saved = errno;
    int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (file == -1) {
        errno = saved;
        return 0;
    }
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    errno = saved;
    if (length <= 0)
        return 0;
    text[length] = 0;
    char *at = strrchr(text, ')'); /* the name before it may hold anything */
    for (int field = 2; at != NULL && field < 22; field++) {
        at = strchr(at, ' ');
        if (at != NULL)
            at++;
    }
    return at == NULL ? 0 : strtoull(at, NULL, 10);
}

/* Of a captured process: it is the one that was resumed, not the one that was saved. */
static int was_resumed(void)
{
    uint64_t born = atomic_load(&pms_box->born), now = pms_start_time();
    return born != 0 && now != 0 && (now > born ? now - born : born - now) > SAME_TICKS;
}

int pms_request_stands(uint32_t *beat, unsigned *silent, unsigned slept)
{
    uint32_t request = atomic_load(&pms_box->request);
    if (request == REQUEST_NONE)
        return 0;
    if (request == REQUEST_CAPTURED && was_resumed()) {
        /* Where no daemon took part: one that does counts the arrival before this runs. It is announced to the daemon of its
         * new host by whoever executed the context file, who knows better than its own environment which one that is. */
        atomic_store(&pms_box->moves, atomic_load(&pms_box->arrives));
        atomic_compare_exchange_strong(&pms_box->request, &request, REQUEST_NONE);
        return 0;
    }
    uint32_t now = atomic_load(&pms_box->beat);
    if (now != *beat) {
        *beat = now;
        *silent = 0;
        return 1;
    }
    *silent += slept;
    if (*silent < LEASE_MS)
        return 1;
    /* The daemon died, and its keeper let go. */
    atomic_compare_exchange_strong(&pms_box->request, &request, REQUEST_NONE);
    return atomic_load(&pms_box->request) != REQUEST_NONE;
}

void pms_enter(void)
{
    uint32_t beat = 0;
    unsigned silent = 0;
    for (;;) {
        atomic_fetch_add(&pms_box->holds, 1);
        if (atomic_load(&pms_box->request) == REQUEST_NONE)
            return;
        /* A capture is asked for: it goes first. What was counted for a moment is looked at again when frozen. */
        atomic_fetch_sub(&pms_box->holds, 1);
        while (pms_request_stands(&beat, &silent, 1))
            pms_nap(1);
    }
}

void pms_leave(void)
{
    atomic_fetch_sub(&pms_box->holds, 1);
}

int pms_fail(int error, const char *why)
{
    size_t length = strnlen(why, sizeof pms_message - 1);
    memmove(pms_message, why, length);
    pms_message[length] = 0;
    errno = error;
    return -1;
}

const char *pms_error(void)
{
    return pms_message;
}
