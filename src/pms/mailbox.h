/* The mailbox: a part of the program's memory by which daemon and program speak without a descriptor, since an open
 * socket to the daemon would itself be an obstacle. The daemon reads and writes it as it reads the rest of the memory.
 * It moves with the program. src/Yadokari.Engine/Consent/ProgramMailbox.cs has the other side, and
 * docs/decisions/ the reasons. */
#ifndef PMS_MAILBOX_H
#define PMS_MAILBOX_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define MAILBOX_MAGIC "yadokari pms 1\0" /* and the literal's own zero: 16 bytes */

/* Where the mailbox is when nothing else is there: whoever saves a process finds it without being told. */
#define MAILBOX_ADDRESS 0x199100000000ULL

enum request {
    REQUEST_NONE = 0,
    REQUEST_ASKED = 1,    /* the daemon wants to capture: no new holds */
    REQUEST_CAPTURED = 2, /* written while frozen: what sees it is being saved, or was resumed a moment ago */
};

enum file_use {
    FILE_FREE = 0,
    FILE_BY_PATH = 1, /* its content is on every host under the same name */
    FILE_TRAVELS = 2, /* its content comes along */
};

struct mailbox_file {
    _Atomic uint32_t use;
    int32_t fd;
    char path[1016]; /* absolute */
};

struct mailbox {
    char magic[16];
    uint64_t self;                /* its own address: a copy elsewhere is no mailbox */
    uint32_t size;                /* of this structure */
    uint32_t spare0;
    _Atomic uint32_t holds;       /* program: threads that hold */
    _Atomic uint32_t request;     /* daemon; the program clears it when the daemon falls silent */
    _Atomic uint32_t beat;        /* daemon: changes as long as the request stands */
    _Atomic uint32_t number;      /* daemon: of the request */
    _Atomic uint32_t listens;     /* program: it has callbacks, wait for ready */
    _Atomic uint32_t ready;       /* program: number of the request for which they have run */
    _Atomic uint32_t thread;      /* program: tid that waits for the signal, as the program sees it; 0: the process */
    _Atomic uint32_t signal;      /* program: number of the signal; 0: none is wanted */
    _Atomic uint32_t facts;       /* daemon: odd while it writes host and socket */
    _Atomic uint32_t moves;       /* daemon: counts arrivals */
    _Atomic uint32_t checkpoint;  /* program: number of its own request to be saved */
    _Atomic int32_t outcome;      /* daemon: 0 open, 1 done, -errno */
    _Atomic uint32_t arrives;     /* daemon, while frozen: what moves is where the image is resumed */
    _Atomic uint32_t told;        /* daemon: moves when it wrote host and socket; with another one they are an earlier host's */
    _Atomic uint64_t born;        /* start time of the process, as it sees it itself; the daemon writes it while frozen */
    uint32_t spare1[8];
    char host[128];
    char socket[256];             /* path of the local daemon's socket */
    char message[448];            /* why the outcome is an error */
    char job[64];                 /* daemon: name of the job; empty when it is longer */
    struct mailbox_file files[63]; /* program: files that it has opened by the library */
};

_Static_assert(offsetof(struct mailbox, files) == 1024, "the daemon knows the layout");
_Static_assert(sizeof(struct mailbox) == 65536, "the daemon knows the layout");

extern struct mailbox *pms_box;
extern _Thread_local unsigned pms_depth;       /* holds of this thread */
extern _Thread_local int pms_in_callback;
extern _Thread_local char pms_message[512];

/* Makes the mailbox; does nothing when it is there. */
void pms_prepare(void);

/* Counts this thread in, waiting for a request that stands. The library's own conversations do it too: a socket that is
 * open must not be seen by a capture. */
void pms_enter(void);
void pms_leave(void);

/* Looks at a request that stands. Returns 1 while it does. silent: how long the caller has seen no beat, ms. A daemon
 * that is gone leaves a request behind: it is taken back here. */
int pms_request_stands(uint32_t *beat, unsigned *silent, unsigned slept);

void pms_nap(unsigned milliseconds);

/* Start time of this process in clock ticks; another one in a process that was resumed. */
uint64_t pms_start_time(void);

/* One request to the daemon. Returns the HTTP status, or -1 with errno. answer: up to size - 1 bytes of the body. */
int pms_call(const char *route, const char *body, char *answer, unsigned size);

/* Copies the string value of a top-level field of a JSON object; 0 when it is there. */
int pms_json_string(const char *json, const char *field, char *value, unsigned size);

/* Appends text as a JSON string; returns the end, or NULL when it does not fit. */
char *pms_json_quote(char *at, const char *end, const char *text);

int pms_fail(int error, const char *why);

#endif
