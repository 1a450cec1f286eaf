/* Passes plain calls on to where the service is, as a client of it: so they follow further moves, and what a client without the
 * library sends twice by UDP before its reply has come is passed on once. */
#include "server.h"

#include <rpc/svc_dg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_CLIENTS 64
#define MOST_REPLY (64UL << 20)
#define MOST_SEEN 256
#define MOST_SEEN_REPLY (64 << 10)
#define TIMEOUT_S 25
#define BEGIN_MS 3000 /* for the new instance to be registered */
#define FIRST_PAUSE_NS 5000000L
#define LONGEST_PAUSE_NS 100000000L

struct client {
    CLIENT *client;
    rpcprog_t program;
    rpcvers_t version;
    bool datagrams;
};
static struct client clients[MOST_CLIENTS];
static unsigned client_count;

/* The last datagrams that were passed on, by sender and transaction. */
static struct seen {
    struct sockaddr_in6 sender;
    uint32_t transaction;
    struct mrpc_bytes reply;
} seen[MOST_SEEN];
static unsigned seen_next;

/* The portmapper there may still know a server that was killed, at a port where nobody listens any more. */
static bool answers(const struct svc_req *request, const char *nettype, const struct timeval *patience)
{
    CLIENT *probe = __real_clnt_create_timed(mrpc_service.elsewhere, request->rq_prog, request->rq_vers, nettype, patience);
    if (probe == NULL)
        return false;
    enum clnt_stat status = clnt_call(probe, NULLPROC, (xdrproc_t)(void (*)(void))xdr_void, NULL, (xdrproc_t)(void (*)(void))xdr_void, NULL, ((struct timeval){0, 200000}));
    clnt_destroy(probe);
    return status == RPC_SUCCESS;
}

static CLIENT *client_of(const struct svc_req *request, bool datagrams)
{
    for (unsigned i = 0; i < client_count; i++)
        if (clients[i].program == request->rq_prog && clients[i].version == request->rq_vers && clients[i].datagrams == datagrams)
            return clients[i].client;
    struct timeval patience = {2, 0};
    CLIENT *made = NULL;
    /* It may be told here that the service has moved before it is told there that it has come: its portmapper knows it soon. */
    uint64_t last = mrpc_now() + BEGIN_MS;
    for (long pause_ns = FIRST_PAUSE_NS; client_count < MOST_CLIENTS; pause_ns = pause_ns < LONGEST_PAUSE_NS ? pause_ns * 2 : pause_ns) {
        const char *nettype = datagrams ? "udp" : "tcp";
        if (answers(request, nettype, &patience))
            made = mrpc_client_create(mrpc_service.elsewhere, request->rq_prog, request->rq_vers, nettype, &patience);
        if (made != NULL || mrpc_now() >= last)
            break;
        nanosleep(&(struct timespec){0, pause_ns}, NULL);
    }
    if (made != NULL)
        clients[client_count++] = (struct client){made, request->rq_prog, request->rq_vers, datagrams};
    return made;
}

static void forget(CLIENT *client)
{
    for (unsigned i = 0; i < client_count; i++)
        if (clients[i].client == client) {
            clnt_destroy(client);
            clients[i] = clients[--client_count];
            return;
        }
}

static struct seen *find(const struct sockaddr_in6 *sender, uint32_t transaction)
{
    for (unsigned i = 0; i < MOST_SEEN; i++)
        if (seen[i].reply.bytes != NULL && seen[i].transaction == transaction && memcmp(&seen[i].sender, sender, sizeof *sender) == 0)
            return &seen[i];
    return NULL;
}

void mrpc_forward(struct svc_req *request, SVCXPRT *transport)
{
    bool datagrams = transport->xp_type != 0 ? transport->xp_type == NC_TPI_CLTS : transport->xp_netid != NULL && strncmp(transport->xp_netid, "udp", 3) == 0;
    struct mrpc_buffer arguments = {.bound = MOST_REPLY}, results = {.bound = MOST_REPLY};
    struct sockaddr_in6 sender = {0};
    uint32_t transaction = datagrams ? ((struct svc_dg_data *)transport->xp_p2)->su_xid : 0;
    if (datagrams && transport->xp_rtaddr.len <= sizeof sender)
        memcpy(&sender, transport->xp_rtaddr.buf, transport->xp_rtaddr.len);
    struct seen *earlier = datagrams ? find(&sender, transaction) : NULL;
    if (earlier != NULL) {
        __real_svc_sendreply(transport, (xdrproc_t)mrpc_xdr_bytes, &earlier->reply);
        return;
    }
    u_int begin = datagrams ? XDR_GETPOS(&((struct svc_dg_data *)transport->xp_p2)->su_xdrs) : 0;
    CLIENT *client = client_of(request, datagrams);
    if (client == NULL || !svc_getargs(transport, (xdrproc_t)mrpc_xdr_rest, (caddr_t)&arguments)) {
        free(arguments.bytes);
        svcerr_noprog(transport);
        return;
    }
    if (datagrams && mrpc_service.datagram >= (ssize_t)begin && arguments.length > (size_t)mrpc_service.datagram - begin)
        arguments.length = (size_t)mrpc_service.datagram - begin;
    AUTH *own = client->cl_auth, passed = *own;
    passed.ah_cred = request->rq_cred;
    client->cl_auth = &passed;
    enum clnt_stat status = clnt_call(client, request->rq_proc, (xdrproc_t)mrpc_xdr_rest, (caddr_t)&arguments, (xdrproc_t)mrpc_xdr_rest,
                                      (caddr_t)&results, ((struct timeval){TIMEOUT_S, 0}));
    client->cl_auth = own;
    struct mrpc_bytes reply = {results.bytes, (unsigned)results.length};
    if (status == RPC_SUCCESS)
        __real_svc_sendreply(transport, (xdrproc_t)mrpc_xdr_bytes, &reply);
    else if (status == RPC_PROCUNAVAIL)
        __real_svcerr_noproc(transport);
    else if (status == RPC_CANTDECODEARGS)
        __real_svcerr_decode(transport);
    else if (!datagrams && status != RPC_TIMEDOUT)
        __real_svcerr_systemerr(transport);
    /* Who sent a datagram sends it again, and is passed on by a client that is made anew. */
    if (status == RPC_CANTSEND || status == RPC_CANTRECV)
        forget(client);
    free(arguments.bytes);
    if (datagrams && status == RPC_SUCCESS && results.length <= MOST_SEEN_REPLY) {
        struct seen *slot = &seen[seen_next++ % MOST_SEEN];
        free(slot->reply.bytes);
        *slot = (struct seen){sender, transaction, reply};
        if (slot->reply.bytes == NULL)
            slot->reply.bytes = calloc(1, 1); /* an empty reply is one */
    } else
        free(results.bytes);
}
