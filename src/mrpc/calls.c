/* Who calls, and each call once. The last reply to each client is kept until its next call says that it has come, and travels with
 * the state: a call that is made again is answered from there. */
#include "server.h"

#include <rpc/svc_auth.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BUCKETS 1024
#define MOST_CALLERS 4096
#define MOST_REPLY (1 << 20)  /* bytes; a larger one is sent, and not kept */
#define MOST_KEPT (32 << 20)  /* bytes of all that are kept */
#define LEASE_S 600           /* so long a silent client is not forgotten, whatever comes */

enum outcome { NOTHING, REPLIED, SILENT, UNDECODED, NO_PROCEDURE, FAILED, NOT_KEPT };

struct caller {
    struct caller *next;
    unsigned char id[MRPC_ID_BYTES], key[MRPC_ID_BYTES];
    uint64_t number; /* of its last call */
    enum outcome outcome;
    struct mrpc_bytes reply;
    time_t used;
};

static struct caller *callers[BUCKETS];
static unsigned caller_count;
static size_t kept;

/* The call that is being answered; valid when its credentials are of our flavor. */
static struct mrpc_call arrived;
static struct opaque_auth arrived_credentials;
static SVCXPRT *answering;
static struct caller *current;

static struct caller **find(const unsigned char *id)
{
    struct caller **at = &callers[(id[0] | id[1] << 8) % BUCKETS];
    while (*at != NULL && memcmp((*at)->id, id, MRPC_ID_BYTES) != 0)
        at = &(*at)->next;
    return at;
}

static void drop_reply(struct caller *caller)
{
    kept -= caller->reply.length;
    free(caller->reply.bytes);
    caller->reply = (struct mrpc_bytes){NULL, 0};
}

static void forget(struct caller **at)
{
    struct caller *caller = *at;
    drop_reply(caller);
    *at = caller->next;
    free(caller);
    caller_count--;
}

/* Makes room for another: the client that has been silent for longest, if its lease is over. */
static bool make_room(void)
{
    struct caller **oldest = NULL;
    if (caller_count < MOST_CALLERS)
        return true;
    for (unsigned i = 0; i < BUCKETS; i++)
        for (struct caller **at = &callers[i]; *at != NULL; at = &(*at)->next)
            if (oldest == NULL || (*at)->used < (*oldest)->used)
                oldest = at;
    if (oldest == NULL || time(NULL) - (*oldest)->used < LEASE_S)
        return false;
    forget(oldest);
    return true;
}

static struct caller *add(const unsigned char *id, const unsigned char *key)
{
    struct caller *caller = make_room() ? calloc(1, sizeof *caller) : NULL;
    if (caller == NULL)
        return NULL;
    memcpy(caller->id, id, MRPC_ID_BYTES);
    memcpy(caller->key, key, MRPC_ID_BYTES);
    caller->used = time(NULL);
    *find(id) = caller;
    caller_count++;
    return caller;
}

/* What the credentials hold is ours; the call's own stand in the verifier. */
static enum auth_stat authenticate(struct svc_req *request, struct rpc_msg *message)
{
    struct opaque_auth *credentials = &message->rm_call.cb_cred;
    enum mrpc_reading reading = mrpc_read_call(credentials->oa_base, credentials->oa_length, &arrived);
    if (reading != MRPC_READ)
        return reading == MRPC_OTHER_VERSION ? AUTH_REJECTEDVERF : AUTH_BADCRED;
    arrived_credentials = message->rm_call.cb_verf;
    *credentials = request->rq_cred = arrived_credentials;
    message->rm_call.cb_verf = _null_auth;
    enum auth_stat status = arrived_credentials.oa_flavor == AUTH_NONE  ? _svcauth_none(request, message)
                            : arrived_credentials.oa_flavor == AUTH_SYS ? _svcauth_unix(request, message)
                                                                        : AUTH_REJECTEDCRED;
    request->rq_cred.oa_flavor = MRPC_FLAVOR;
    return status;
}

void mrpc_calls_prepare(void)
{
    svc_auth_reg(MRPC_FLAVOR, authenticate);
}

/* What the reply that is sent next says beside itself. */
static void say(SVCXPRT *transport, enum mrpc_kind kind, const unsigned char *key)
{
    static char verifier[MAX_AUTH_BYTES];
    struct mrpc_answer answer = {.kind = kind, .epoch = mrpc_service.epoch};
    if (kind == MRPC_MOVED) {
        answer.epoch = mrpc_service.next_epoch;
        memcpy(answer.place, mrpc_service.elsewhere, sizeof answer.place);
    } else
        memcpy(answer.place, mrpc_service.address, sizeof answer.place);
    if (mrpc_service.name != NULL)
        strncat(answer.service, mrpc_service.name, MRPC_NAME_BYTES);
    transport->xp_verf.oa_flavor = MRPC_FLAVOR;
    transport->xp_verf.oa_base = verifier;
    transport->xp_verf.oa_length = mrpc_write_answer(&answer, &arrived, key, verifier, sizeof verifier);
}

static void tell(SVCXPRT *transport, enum mrpc_kind kind, const unsigned char *key)
{
    say(transport, kind, key);
    __real_svc_sendreply(transport, (xdrproc_t)xdr_void, NULL);
}

static void hello(SVCXPRT *transport)
{
    struct caller *caller = *find(arrived.client);
    if (caller == NULL)
        caller = add(arrived.client, arrived.key);
    /* An id is as random as the key: whoever uses another's with another key is not believed. */
    bool same = caller != NULL && memcmp(caller->key, arrived.key, MRPC_ID_BYTES) == 0;
    tell(transport, caller == NULL ? MRPC_FULL : same ? MRPC_SERVED : MRPC_UNKNOWN, arrived.key);
}

static void repeat(SVCXPRT *transport, struct caller *caller)
{
    say(transport, MRPC_REPEATED, caller->key);
    switch (caller->outcome) {
    case REPLIED:
        __real_svc_sendreply(transport, (xdrproc_t)mrpc_xdr_bytes, &caller->reply);
        break;
    case UNDECODED:
        __real_svcerr_decode(transport);
        break;
    case NO_PROCEDURE:
        __real_svcerr_noproc(transport);
        break;
    case FAILED:
    case NOT_KEPT:
        __real_svcerr_systemerr(transport);
        break;
    case SILENT: /* it had no reply then, and has none now */
    case NOTHING:
        break;
    }
}

void mrpc_handle(struct svc_req *request, SVCXPRT *transport)
{
    mrpc_dispatch dispatch = mrpc_find_dispatch(request->rq_prog, request->rq_vers);
    bool gone = mrpc_service.life == MRPC_GONE;
    if (request->rq_cred.oa_flavor != MRPC_FLAVOR) {
        if (!gone)
            dispatch(request, transport);
        else if (mrpc_service.forwards)
            mrpc_forward(request, transport);
        else
            svcerr_noprog(transport);
        return;
    }
    request->rq_cred = arrived_credentials;
    struct caller **at = find(arrived.client), *caller = *at;
    if (arrived.message == MRPC_BYE) {
        if (caller != NULL && !gone)
            forget(at);
        return;
    }
    if (gone)
        tell(transport, MRPC_MOVED, caller != NULL ? caller->key : arrived.message == MRPC_HELLO ? arrived.key : arrived.client);
    else if (arrived.message == MRPC_HELLO)
        hello(transport);
    else if (caller == NULL)
        tell(transport, MRPC_UNKNOWN, arrived.client);
    else if (arrived.number == caller->number && caller->outcome != NOTHING)
        repeat(transport, caller);
    else if (arrived.number > caller->number) {
        drop_reply(caller);
        caller->number = arrived.number;
        caller->outcome = SILENT;
        caller->used = time(NULL);
        current = caller;
        answering = transport;
        say(transport, MRPC_SERVED, caller->key);
        dispatch(request, transport);
        current = NULL;
    }
    /* A lower number comes late: it was answered, and the client knows. */
}

static void keep(enum outcome outcome, SVCXPRT *transport)
{
    if (current != NULL && transport == answering)
        current->outcome = outcome;
}

bool_t __wrap_svc_sendreply(SVCXPRT *transport, xdrproc_t procedure, void *result)
{
    struct mrpc_buffer buffer = {.bound = MOST_REPLY};
    XDR xdrs;
    if (current == NULL || transport != answering)
        return __real_svc_sendreply(transport, procedure, result);
    mrpc_buffer_stream(&xdrs, &buffer);
    if (!procedure(&xdrs, result) || kept + buffer.length > MOST_KEPT) {
        free(buffer.bytes);
        current->outcome = NOT_KEPT;
        return __real_svc_sendreply(transport, procedure, result);
    }
    drop_reply(current);
    current->outcome = REPLIED;
    current->reply = (struct mrpc_bytes){buffer.bytes, (unsigned)buffer.length};
    kept += buffer.length;
    /* What is kept is the answer, also when it can't be sent now. */
    __real_svc_sendreply(transport, (xdrproc_t)mrpc_xdr_bytes, &current->reply);
    return TRUE;
}

void __wrap_svcerr_decode(SVCXPRT *transport)
{
    keep(UNDECODED, transport);
    __real_svcerr_decode(transport);
}

void __wrap_svcerr_noproc(SVCXPRT *transport)
{
    keep(NO_PROCEDURE, transport);
    __real_svcerr_noproc(transport);
}

void __wrap_svcerr_systemerr(SVCXPRT *transport)
{
    keep(FAILED, transport);
    __real_svcerr_systemerr(transport);
}

static bool_t caller_fields(XDR *xdrs, struct caller *caller)
{
    uint32_t outcome = caller->outcome;
    uint64_t used = (uint64_t)(time(NULL) - caller->used);
    u_int length = caller->reply.length;
    if (!xdr_opaque(xdrs, (char *)caller->id, MRPC_ID_BYTES) || !xdr_opaque(xdrs, (char *)caller->key, MRPC_ID_BYTES) ||
        !xdr_uint64_t(xdrs, &caller->number) || !xdr_uint32_t(xdrs, &outcome) || !xdr_uint64_t(xdrs, &used) || outcome > NOT_KEPT)
        return FALSE;
    caller->outcome = outcome;
    caller->used = time(NULL) - (time_t)used; /* as an age: the hosts' clocks differ */
    bool_t done = xdr_bytes(xdrs, &caller->reply.bytes, &length, MOST_REPLY);
    caller->reply.length = length;
    return done;
}

bool_t mrpc_callers_write(XDR *xdrs)
{
    if (!xdr_uint32_t(xdrs, &caller_count))
        return FALSE;
    for (unsigned i = 0; i < BUCKETS; i++)
        for (struct caller *caller = callers[i]; caller != NULL; caller = caller->next)
            if (!caller_fields(xdrs, caller))
                return FALSE;
    return TRUE;
}

bool mrpc_callers_read(XDR *xdrs)
{
    uint32_t count;
    for (unsigned i = 0; i < BUCKETS; i++)
        while (callers[i] != NULL)
            forget(&callers[i]);
    if (!xdr_uint32_t(xdrs, &count) || count > MOST_CALLERS)
        return false;
    for (; count > 0; count--) {
        struct caller one = {0};
        if (!caller_fields(xdrs, &one))
            return false;
        struct caller *caller = add(one.id, one.key);
        if (caller == NULL)
            return false;
        struct caller *next = caller->next;
        *caller = one;
        caller->next = next;
        kept += one.reply.length;
    }
    return true;
}
