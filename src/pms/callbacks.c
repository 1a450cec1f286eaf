/* Callbacks run on a thread that sleeps until the daemon's signal: an ordinary thread, where everything may be called,
 * and not a handler that interrupts the program. Only programs that have callbacks have it. */
#define _GNU_SOURCE
#include "mailbox.h"
#include "pms.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_CALLBACKS 32
#define IDLE_MS 1000 /* a signal that got lost costs no more than this */
#define BUSY_MS 2

/* Ignored by default: in a process that has become another program by exec it does nothing. */
#define NOTICE SIGURG

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*before[MAX_CALLBACKS])(void);
static void (*after[MAX_CALLBACKS])(void);
static int before_count, after_count;
static int watching;

static void run(void (**list)(void), int *count, int last_first)
{
    void (*calls[MAX_CALLBACKS])(void);
    pthread_mutex_lock(&lock);
    int n = *count;
    memcpy(calls, list, sizeof calls);
    pthread_mutex_unlock(&lock);
    pms_in_callback = 1;
    for (int i = 0; i < n; i++)
        calls[last_first ? n - 1 - i : i]();
    pms_in_callback = 0;
}

static void *watch(void *unused)
{
    (void)unused;
    sigset_t notice;
    sigemptyset(&notice);
    sigaddset(&notice, NOTICE);
    uint32_t beat = 0, asked = 0;
    unsigned silent = 0;
    int pending = 0; /* before-callbacks have run, after-callbacks have not */
    for (;;) {
        int request = pms_request_stands(&beat, &silent, BUSY_MS) ? (int)atomic_load(&pms_box->request) : REQUEST_NONE;
        uint32_t number = atomic_load(&pms_box->number);
        if (pending && (request == REQUEST_NONE || number != asked)) {
            pending = 0;
            run(after, &after_count, 0);
            continue;
        }
        if (!pending && request == REQUEST_ASKED && atomic_load(&pms_box->holds) == 0) {
            pending = 1;
            asked = number;
            run(before, &before_count, 1);
            atomic_store(&pms_box->ready, number);
            continue;
        }
        if (request == REQUEST_NONE)
            silent = 0;
        unsigned ms = request == REQUEST_NONE ? IDLE_MS : BUSY_MS;
        struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};
        sigtimedwait(&notice, NULL, &time);
    }
    return NULL;
}

static void *begin(void *unused)
{
    atomic_store(&pms_box->thread, (uint32_t)syscall(SYS_gettid));
    atomic_store(&pms_box->signal, NOTICE);
    return watch(unused);
}

static void in_child(void)
{
    /* The child has no thread of the library; its first callback makes one. */
    watching = 0;
    before_count = after_count = 0;
    pthread_mutex_init(&lock, NULL);
}

/* With the lock held. */
static int start_watching(void)
{
    static int told;
    sigset_t all, old;
    pthread_attr_t attributes;
    pthread_t thread;
    sigfillset(&all);
    if (pthread_attr_init(&attributes) != 0)
        return -1;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    /* Every signal is blocked in it from its first moment: the program's own go to the program's threads. */
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = pthread_create(&thread, &attributes, begin, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
    if (!told) {
        told = 1;
        pthread_atfork(NULL, NULL, in_child);
    }
    return error == 0 ? 0 : -1;
}

static int add(void (**list)(void), int *count, void (*callback)(void))
{
    pms_prepare();
    if (callback == NULL)
        return pms_fail(EINVAL, "no callback is given");
    pthread_mutex_lock(&lock);
    int error = 0;
    if (*count == MAX_CALLBACKS)
        error = ENOSPC;
    else if (!watching && start_watching() == -1)
        error = EAGAIN;
    else {
        watching = 1;
        list[(*count)++] = callback;
        atomic_store(&pms_box->listens, 1);
    }
    pthread_mutex_unlock(&lock);
    return error == 0 ? 0 : pms_fail(error, error == ENOSPC ? "there are 32 callbacks already" : "no thread for callbacks can be started");
}

int pms_on_before_move(void (*callback)(void))
{
    return add(before, &before_count, callback);
}

int pms_on_after_move(void (*callback)(void))
{
    return add(after, &after_count, callback);
}
