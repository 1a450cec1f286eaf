/* The credentials of a client's calls, and whose answers it believes. */
#include "client.h"

/* The credentials of a call: ours, and in the place of the verifier those that the program has set. */
static void next_verifier(AUTH *auth)
{
    (void)auth;
}

static int marshal(AUTH *auth, XDR *xdrs)
{
    struct handle *handle = auth->ah_private;
    char bytes[MAX_AUTH_BYTES];
    struct opaque_auth ours = {MRPC_FLAVOR, bytes, mrpc_write_call(&handle->message, bytes, sizeof bytes)};
    if (ours.oa_length == 0)
        return FALSE;
    return xdr_opaque_auth(xdrs, &ours) && xdr_opaque_auth(xdrs, &handle->outer.cl_auth->ah_cred);
}

static int validate(AUTH *auth, struct opaque_auth *verifier)
{
    struct handle *handle = auth->ah_private;
    const unsigned char *key = handle->key;
    if (verifier->oa_flavor != MRPC_FLAVOR)
        return handle->message.message == MRPC_HELLO; /* an ordinary server that takes any credentials */
    if (!mrpc_read_answer(verifier->oa_base, verifier->oa_length, &handle->message, key, &handle->answer)) {
        /* Who does not know this client has no key of it, but has seen its id. */
        if (!mrpc_read_answer(verifier->oa_base, verifier->oa_length, &handle->message, handle->message.client, &handle->answer) ||
            (handle->answer.kind != MRPC_UNKNOWN && handle->answer.kind != MRPC_MOVED)) {
            handle->answer.kind = MRPC_NONE;
            mrpc_say("an answer is not from the service: it does not know this client's key, and is not believed");
            return FALSE;
        }
        /* A place is believed only from one who knows the key. */
        if (handle->answer.kind == MRPC_MOVED)
            handle->answer.kind = MRPC_UNKNOWN;
    }
    return handle->answer.kind == MRPC_SERVED || handle->answer.kind == MRPC_REPEATED;
}

static int refresh(AUTH *auth, void *reply)
{
    (void)auth;
    (void)reply;
    return FALSE;
}

static void destroy_auth(AUTH *auth)
{
    (void)auth;
}

static int wrap(AUTH *auth, XDR *xdrs, xdrproc_t procedure, caddr_t value)
{
    (void)auth;
    return procedure(xdrs, value);
}

struct auth_ops mrpc_auth_operations = {
    .ah_nextverf = next_verifier, .ah_marshal = marshal, .ah_validate = validate, .ah_refresh = refresh, .ah_destroy = destroy_auth,
    .ah_wrap = wrap, .ah_unwrap = wrap,
};
