/* clnt_create and clnt_call for services that move.
 *
 * The handle that the program has is ours; behind it is one of libtirpc, which is destroyed and made anew wherever the service is.
 * A call has one number however often it is made, so that it runs once. A server that does not know what our credentials mean is
 * an ordinary one: from then on its handle is used as it is. */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SLICE_MS 2000       /* then it is looked whether the service is elsewhere */
#define MOST_CUT_OFF 3
#define MOST_WAIT_MS 200
#define PATIENCE_S 30

static __thread char message[512];

const char *mrpc_error(void)
{
    return message;
}

void mrpc_say(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void nap(unsigned milliseconds)
{
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

static unsigned patience_ms(void)
{
    const char *set = getenv("MRPC_PATIENCE");
    unsigned long seconds = set == NULL ? 0 : strtoul(set, NULL, 10);
    return (seconds > 0 && seconds < 86400 ? (unsigned)seconds : PATIENCE_S) * 1000;
}

/* Throws away what comes late. libtirpc sends a call again for every reply to an earlier one that it finds, which brings another one:
 * after a pause in which a call was sent several times that would never end. */
static void drain_late(struct handle *handle)
{
    char byte;
    while (handle->datagrams != -1 && recv(handle->datagrams, &byte, sizeof byte, MSG_DONTWAIT | MSG_TRUNC) >= 0) {
    }
}

static enum clnt_stat send_once(struct handle *handle, enum mrpc_message kind, uint64_t number, rpcproc_t procedure, xdrproc_t write,
                                void *arguments, xdrproc_t read, void *results, unsigned milliseconds)
{
    struct timeval time = {milliseconds / 1000, milliseconds % 1000 * 1000};
    handle->message.message = kind;
    handle->message.number = number;
    mrpc_random(&handle->message.nonce, sizeof handle->message.nonce);
    memcpy(handle->message.key, handle->key, MRPC_ID_BYTES);
    handle->answer = (struct mrpc_answer){.kind = MRPC_NONE};
    drain_late(handle);
    enum clnt_stat status = handle->inner->cl_ops->cl_call(handle->inner, procedure, write, arguments, read, results, time);
    clnt_geterr(handle->inner, &handle->error);
    if (status != handle->error.re_status)
        handle->error = (struct rpc_err){.re_status = status};
    if (handle->answer.kind != MRPC_NONE && handle->answer.epoch >= handle->epoch) {
        handle->epoch = handle->answer.epoch;
        if (handle->answer.service[0] != 0)
            memcpy(handle->service, handle->answer.service, sizeof handle->service);
    }
    return status;
}

static void become_ordinary(struct handle *handle)
{
    handle->greeting = ORDINARY;
    if (mrpc_is_set(&handle->timeout))
        clnt_control(handle->inner, CLSET_TIMEOUT, (char *)&handle->timeout);
}

/* Who this is: drawn anew only when the service has forgotten it. */
static void draw(struct handle *handle)
{
    mrpc_random(handle->message.client, MRPC_ID_BYTES);
    mrpc_random(handle->key, MRPC_ID_BYTES);
}

/* What a status says about where the call went. */
enum next { DONE, AGAIN, ELSEWHERE, LOST };

static enum next judge(struct handle *handle, enum clnt_stat status)
{
    switch (status) {
    case RPC_SUCCESS:
        return DONE;
    case RPC_TIMEDOUT:
        return AGAIN;
    case RPC_CANTSEND:
    case RPC_CANTRECV:
    case RPC_PROGUNAVAIL: /* another server has the port */
        return LOST;
    case RPC_AUTHERROR:
        if (handle->answer.kind == MRPC_MOVED)
            return ELSEWHERE;
        return handle->answer.kind == MRPC_NONE && handle->error.re_why == AUTH_INVALIDRESP ? LOST : DONE;
    default:
        return DONE;
    }
}

/* Says who this is, once for all of its calls. */
static enum next greet(struct handle *handle, unsigned milliseconds, enum clnt_stat *status)
{
    *status = send_once(handle, MRPC_HELLO, 0, NULLPROC, (xdrproc_t)xdr_void, NULL, (xdrproc_t)xdr_void, NULL, milliseconds);
    if (*status == RPC_SUCCESS && handle->answer.kind == MRPC_NONE) {
        become_ordinary(handle);
        return DONE;
    }
    if (*status == RPC_SUCCESS) {
        handle->greeting = GREETED;
        return DONE;
    }
    if (*status == RPC_AUTHERROR && handle->error.re_why == AUTH_REJECTEDVERF)
        mrpc_say("the service speaks another version of mrpc: link this client, or that server, with the same one");
    else if (*status == RPC_AUTHERROR && handle->answer.kind == MRPC_NONE && handle->error.re_why != AUTH_INVALIDRESP && handle->epoch == 0) {
        become_ordinary(handle);
        *status = RPC_SUCCESS;
        return DONE;
    } else if (handle->answer.kind == MRPC_FULL)
        mrpc_say("the service has too many clients: they are forgotten 10 minutes after their last call, or when they destroy their handles");
    return judge(handle, *status);
}

struct task {
    rpcproc_t procedure;
    xdrproc_t write, read;
    void *arguments, *results;
};

/* One attempt, wherever the service is thought to be. */
static enum next attempt(struct handle *handle, const struct task *task, unsigned milliseconds, unsigned *sent, enum clnt_stat *status)
{
    if (!mrpc_reach(handle)) {
        *status = rpc_createerr.cf_stat;
        handle->error = rpc_createerr.cf_error;
        handle->error.re_status = *status;
        return LOST;
    }
    if (handle->greeting == NOT_YET) {
        enum next next = greet(handle, milliseconds, status);
        if (next != DONE || *status != RPC_SUCCESS)
            return next;
    }
    if (handle->greeting == ORDINARY)
        return DONE;
    *status = send_once(handle, MRPC_CALL, handle->number, task->procedure, task->write, task->arguments, task->read, task->results, milliseconds);
    if (handle->answer.kind == MRPC_UNKNOWN && *sent == 0) {
        /* Forgotten after a long silence, and nothing has run: a new acquaintance. */
        draw(handle);
        handle->greeting = NOT_YET;
        return AGAIN;
    }
    if (handle->answer.kind == MRPC_UNKNOWN)
        mrpc_say("the service has forgotten this client: whether the call has run is not known");
    if (handle->answer.kind != MRPC_MOVED)
        ++*sent;
    return judge(handle, *status);
}

static enum clnt_stat call_movable(struct handle *handle, const struct task *task, uint64_t timeout)
{
    uint64_t begun = now_ms(), deadline = begun + timeout;
    unsigned wait = 1, sent = 0, refused = 0, cut_off = 0;
    bool_t met_move = FALSE;
    enum clnt_stat status;
    for (;;) {
        uint64_t now = now_ms(), left = deadline > now ? deadline - now : 1;
        enum next next = attempt(handle, task, left < SLICE_MS ? (unsigned)left : SLICE_MS, &sent, &status);
        if (next == DONE)
            return status;
        if ((next == ELSEWHERE || next == LOST) && !met_move) {
            /* A service that moves may take longer than a call usually does. */
            met_move = handle->greeting == GREETED || next == ELSEWHERE;
            if (met_move && begun + patience_ms() > deadline)
                deadline = begun + patience_ms();
        }
        if (now_ms() >= deadline)
            break;
        if (next == LOST) {
            mrpc_let_go(handle);
            /* Nothing is known of it: as ever. But a greeting runs nothing: one that is cut off is said again. */
            if (handle->greeting == NOT_YET && handle->service[0] == 0 && getenv("MRPC_HOSTS") == NULL
                && (status != RPC_CANTRECV || cut_off++ == MOST_CUT_OFF))
                return status;
        }
        /* The first refusal is followed at once; from then on it is given time to get there. */
        if (next == LOST || (next == ELSEWHERE && refused++ > 0)) {
            nap(wait);
            wait = wait * 2 < MOST_WAIT_MS ? wait * 2 : MOST_WAIT_MS;
        }
        if (next == ELSEWHERE)
            mrpc_go_to(handle, handle->answer.place);
        else
            mrpc_seek(handle);
    }
    if (message[0] == 0)
        mrpc_say("the service did not answer within %llu ms", (unsigned long long)(now_ms() - begun));
    return status;
}

/* Nobody waits for its reply: it is sent, and that is all. */
static enum clnt_stat send_only(struct handle *handle, const struct task *task)
{
    enum clnt_stat status = RPC_SUCCESS;
    if (!mrpc_reach(handle))
        return handle->error.re_status = rpc_createerr.cf_stat;
    if (handle->greeting == NOT_YET)
        greet(handle, SLICE_MS, &status);
    return handle->greeting == GREETED ? send_once(handle, MRPC_CALL, handle->number, task->procedure, task->write, task->arguments, task->read, task->results, 0)
                                       : status;
}

/* After fork(2) two would be one client, and the calls of one the repeated calls of the other. */
static void notice_fork(struct handle *handle)
{
    pid_t now = getpid();
    if (handle->process == now)
        return;
    handle->process = now;
    if (handle->greeting == ORDINARY)
        return;
    mrpc_let_go(handle);
    draw(handle);
    handle->greeting = NOT_YET;
}

static enum clnt_stat call(CLIENT *outer, rpcproc_t procedure, xdrproc_t write, void *arguments, xdrproc_t read, void *results, struct timeval given)
{
    struct handle *handle = (struct handle *)outer;
    struct task task = {procedure, write, read, arguments, results};
    enum clnt_stat status = RPC_SUCCESS;
    struct timeval time = mrpc_is_set(&handle->timeout) ? handle->timeout : given;
    uint64_t timeout = (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_usec / 1000;
    pthread_mutex_lock(&handle->lock);
    message[0] = 0;
    notice_fork(handle);
    if (handle->greeting != ORDINARY) {
        handle->number++;
        status = timeout == 0 ? send_only(handle, &task) : call_movable(handle, &task, timeout);
    }
    if (handle->greeting == ORDINARY) {
        AUTH *ours = handle->inner->cl_auth;
        handle->inner->cl_auth = outer->cl_auth;
        status = handle->inner->cl_ops->cl_call(handle->inner, procedure, write, arguments, read, results, given);
        handle->inner->cl_auth = ours;
        clnt_geterr(handle->inner, &handle->error);
    }
    pthread_mutex_unlock(&handle->lock);
    return status;
}

static void abort_call(CLIENT *outer)
{
    (void)outer;
}

static void get_error(CLIENT *outer, struct rpc_err *error)
{
    *error = ((struct handle *)outer)->error;
}

static bool_t free_results(CLIENT *outer, xdrproc_t procedure, void *results)
{
    XDR xdrs = {.x_op = XDR_FREE};
    (void)outer;
    return procedure(&xdrs, results);
}

static void destroy(CLIENT *outer)
{
    struct handle *handle = (struct handle *)outer;
    pthread_mutex_lock(&handle->lock);
    if (handle->inner != NULL && handle->greeting == GREETED && handle->process == getpid())
        send_once(handle, MRPC_BYE, handle->number, NULLPROC, (xdrproc_t)xdr_void, NULL, (xdrproc_t)xdr_void, NULL, 0);
    mrpc_let_go(handle);
    pthread_mutex_unlock(&handle->lock);
    pthread_mutex_destroy(&handle->lock);
    free(handle);
}

static bool_t control(CLIENT *outer, u_int request, void *info)
{
    struct handle *handle = (struct handle *)outer;
    bool_t done = TRUE;
    pthread_mutex_lock(&handle->lock);
    if (request == CLSET_TIMEOUT && handle->greeting != ORDINARY)
        handle->timeout = *(struct timeval *)info;
    else if (request == CLGET_TIMEOUT && mrpc_is_set(&handle->timeout))
        *(struct timeval *)info = handle->timeout;
    else {
        if (request == CLSET_RETRY_TIMEOUT)
            handle->retry = *(struct timeval *)info;
        if (request == CLSET_VERS)
            handle->version = *(uint32_t *)info;
        if (request == CLSET_PROG)
            handle->program = *(uint32_t *)info;
        done = handle->inner != NULL && clnt_control(handle->inner, request, info);
    }
    pthread_mutex_unlock(&handle->lock);
    return done;
}

static struct clnt_ops operations = {
    .cl_call = call, .cl_abort = abort_call, .cl_geterr = get_error, .cl_freeres = free_results, .cl_destroy = destroy, .cl_control = control,
};

CLIENT *mrpc_client_create(const char *host, rpcprog_t program, rpcvers_t version, const char *nettype, const struct timeval *patience)
{
    const char *service = getenv("MRPC_SERVICE");
    char found[MRPC_NAME_BYTES + 1];
    uint32_t epoch = 0;
    struct handle *handle = calloc(1, sizeof *handle);
    if (handle == NULL) {
        rpc_createerr.cf_stat = RPC_SYSTEMERROR;
        rpc_createerr.cf_error.re_errno = ENOMEM;
        return NULL;
    }
    snprintf(handle->host, sizeof handle->host, "%s", host);
    snprintf(handle->nettype, sizeof handle->nettype, "%s", nettype == NULL ? "netpath" : nettype);
    handle->program = program;
    handle->version = version;
    handle->timeout.tv_usec = handle->retry.tv_usec = -1;
    handle->auth.ah_ops = &mrpc_auth_operations;
    handle->auth.ah_private = handle;
    if (service != NULL)
        snprintf(handle->service, sizeof handle->service, "%s", service);
    CLIENT *inner = __real_clnt_create_timed(host, program, version, handle->nettype, patience);
    /* It is not on that host any more: where it is, its name tells. */
    if (inner == NULL && handle->service[0] != 0 && mrpc_ask_daemon(handle->service, found, sizeof found, &epoch)) {
        snprintf(handle->host, sizeof handle->host, "%s", found);
        inner = __real_clnt_create_timed(found, program, version, handle->nettype, patience);
    }
    for (unsigned left = mrpc_host_count(); inner == NULL && left > 0; left--)
        if (mrpc_next_host(handle, found, sizeof found)) {
            snprintf(handle->host, sizeof handle->host, "%s", found);
            inner = __real_clnt_create_timed(found, program, version, handle->nettype, patience);
        }
    if (inner == NULL) {
        free(handle);
        return NULL;
    }
    pthread_mutex_init(&handle->lock, NULL);
    draw(handle);
    handle->process = getpid();
    mrpc_take(handle, inner);
    handle->outer.cl_ops = &operations;
    handle->outer.cl_auth = authnone_create();
    handle->outer.cl_netid = inner->cl_netid;
    handle->outer.cl_tp = inner->cl_tp;
    return &handle->outer;
}

CLIENT *__wrap_clnt_create_timed(const char *host, rpcprog_t program, rpcvers_t version, const char *nettype, const struct timeval *patience)
{
    return mrpc_client_create(host, program, version, nettype, patience);
}

CLIENT *__wrap_clnt_create(const char *host, rpcprog_t program, rpcvers_t version, const char *nettype)
{
    return mrpc_client_create(host, program, version, nettype, NULL);
}
