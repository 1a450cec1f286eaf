/* The handle of libtirpc behind that of the program: made where the service is, given up when it is not there, and where it may be. */
#define _GNU_SOURCE
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define RETRY_MS 500        /* of datagrams */
#define CREATE_MS 2000

void mrpc_let_go(struct handle *handle)
{
    if (handle->inner == NULL)
        return;
    /* The authentication that it was made with was destroyed when ours took its place. */
    handle->inner->cl_auth = authnone_create();
    clnt_destroy(handle->inner);
    handle->inner = NULL;
}

void mrpc_take(struct handle *handle, CLIENT *inner)
{
    struct timeval retry = mrpc_is_set(&handle->retry) ? handle->retry : (struct timeval){RETRY_MS / 1000, RETRY_MS % 1000 * 1000};
    auth_destroy(inner->cl_auth);
    inner->cl_auth = &handle->auth;
    clnt_control(inner, CLSET_RETRY_TIMEOUT, (char *)&retry);
    int fd = -1, type = 0;
    socklen_t size = sizeof type;
    clnt_control(inner, CLGET_FD, (char *)&fd);
    handle->datagrams = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM ? fd : -1;
    handle->inner = inner;
}

bool_t mrpc_reach(struct handle *handle)
{
    struct timeval patience = {CREATE_MS / 1000, CREATE_MS % 1000 * 1000};
    if (handle->inner != NULL)
        return TRUE;
    CLIENT *inner = __real_clnt_create_timed(handle->host, handle->program, handle->version, handle->nettype, &patience);
    if (inner == NULL)
        return FALSE;
    mrpc_take(handle, inner);
    return TRUE;
}

/* Also when it is the same host: there the service has another port now. */
void mrpc_go_to(struct handle *handle, const char *host)
{
    mrpc_let_go(handle);
    snprintf(handle->host, sizeof handle->host, "%s", host);
}

/* How many MRPC_HOSTS are. */
unsigned mrpc_host_count(void)
{
    const char *all = getenv("MRPC_HOSTS");
    unsigned count = all != NULL && all[0] != 0;
    for (; count > 0 && *all != 0; all++)
        count += *all == ',';
    return count;
}

/* The next of them; FALSE: there is none. */
bool_t mrpc_next_host(struct handle *handle, char *host, size_t size)
{
    const char *at = getenv("MRPC_HOSTS");
    unsigned count = mrpc_host_count();
    if (count == 0)
        return FALSE;
    for (unsigned skip = handle->tried++ % count; skip > 0; skip--)
        at = strchr(at, ',') + 1;
    int length = (int)strcspn(at, ",");
    return length > 0 && snprintf(host, size, "%.*s", length, at) < (int)size;
}

/* Nobody answers where the service was: asks the daemon of this host, else tries the hosts that are named. */
void mrpc_seek(struct handle *handle)
{
    char host[MRPC_NAME_BYTES + 1];
    uint32_t epoch = 0;
    if (handle->service[0] != 0 && mrpc_ask_daemon(handle->service, host, sizeof host, &epoch)) {
        if (epoch >= handle->epoch && (epoch > handle->epoch || strcmp(host, handle->host) != 0 || handle->inner == NULL)) {
            handle->epoch = epoch;
            mrpc_go_to(handle, host);
        }
    } else if (handle->inner == NULL && mrpc_next_host(handle, host, sizeof host))
        mrpc_go_to(handle, host);
}
