/* What the files of the client's half share. */
#ifndef MRPC_CLIENT_H
#define MRPC_CLIENT_H

#include "server.h"

#include <pthread.h>
#include <sys/types.h>

enum greeting { NOT_YET, GREETED, ORDINARY };

struct handle {
    CLIENT outer; /* what the program has; the first member */
    CLIENT *inner; /* NULL: lost */
    AUTH auth;     /* of the inner one: ours around that of the outer one */
    pthread_mutex_t lock;
    char host[256], nettype[32];
    rpcprog_t program;
    rpcvers_t version;
    enum greeting greeting;
    unsigned char key[MRPC_ID_BYTES];
    struct mrpc_call message; /* that is sent now */
    struct mrpc_answer answer; /* to it; kind 0: none, or not by one who knows the key */
    uint64_t number;
    uint32_t epoch;
    char service[MRPC_NAME_BYTES + 1];
    struct rpc_err error;
    struct timeval timeout, retry; /* tv_usec -1: as the call says, as is usual */
    unsigned tried;                /* of MRPC_HOSTS */
    pid_t process;                 /* whose handle it is */
    int datagrams;                 /* the inner one's socket; -1: a stream */
};

__attribute__((format(printf, 1, 2))) void mrpc_say(const char *format, ...); /* what mrpc_error() returns */

static inline bool_t mrpc_is_set(const struct timeval *time)
{
    return time->tv_usec != -1;
}

/* credentials.c */
extern struct auth_ops mrpc_auth_operations;

/* reach.c */
bool_t mrpc_reach(struct handle *handle); /* FALSE: rpc_createerr says why */
void mrpc_let_go(struct handle *handle);
void mrpc_take(struct handle *handle, CLIENT *inner);
void mrpc_go_to(struct handle *handle, const char *host);
void mrpc_seek(struct handle *handle);
unsigned mrpc_host_count(void);
bool_t mrpc_next_host(struct handle *handle, char *host, size_t size);

/* Asks the daemon of this host where a service is; FALSE: there is none, or it does not know. */
bool_t mrpc_ask_daemon(const char *service, char *host, size_t size, uint32_t *epoch);
#endif
