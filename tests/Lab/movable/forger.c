/* Says of every call that the service has moved to 10.199.0.99, as one who can read calls but does not know the client's key. */
#include <stdio.h>
#include <stdlib.h>
#include <rpc/pmap_clnt.h>
#include <rpc/svc_auth.h>
#include "wire.h"

static struct mrpc_call call;

static enum auth_stat look(struct svc_req *request, struct rpc_msg *message)
{
    mrpc_read_call(message->rm_call.cb_cred.oa_base, message->rm_call.cb_cred.oa_length, &call);
    return AUTH_OK;
}

static void dispatch(struct svc_req *request, SVCXPRT *transport)
{
    static char bytes[MAX_AUTH_BYTES];
    struct mrpc_answer answer = {.kind = MRPC_MOVED, .epoch = 99, .service = "true", .place = "10.199.0.99"};
    unsigned char key[MRPC_ID_BYTES] = "a guess";
    transport->xp_verf.oa_flavor = MRPC_FLAVOR;
    transport->xp_verf.oa_base = bytes;
    transport->xp_verf.oa_length = mrpc_write_answer(&answer, &call, key, bytes, sizeof bytes);
    svc_sendreply(transport, (xdrproc_t)xdr_void, NULL);
}

int main(void)
{
    SVCXPRT *transport = svcudp_create(RPC_ANYSOCK);
    svc_auth_reg(MRPC_FLAVOR, look);
    pmap_unset(0x20001994, 1);
    if (transport == NULL || !svc_register(transport, 0x20001994, 1, dispatch, IPPROTO_UDP))
        return 1;
    svc_run();
    return 1;
}
