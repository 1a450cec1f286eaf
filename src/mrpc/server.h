/* What the files of the server's half share. All of it belongs to the one thread that runs svc_run. */
#ifndef MRPC_SERVER_H
#define MRPC_SERVER_H

#include "wire.h"

#include <sys/types.h>
#include <stdbool.h>

enum mrpc_life {
    MRPC_SERVING, /* also: an ordinary server */
    MRPC_HELD,    /* started for a move; another instance serves */
    MRPC_DRAINED, /* calls wait in the kernel until the move is decided */
    MRPC_GONE,    /* the service is elsewhere */
};

/* How this instance is. */
extern struct mrpc_service {
    enum mrpc_life life;
    const char *name, *control, *served; /* NULL: no daemon has started it */
    char address[MRPC_NAME_BYTES + 1];   /* of this host */
    char elsewhere[MRPC_NAME_BYTES + 1]; /* of the host where the service is, once it has moved */
    ssize_t datagram; /* bytes of the one that is being taken from its socket; of no meaning for a stream */
    uint32_t epoch, next_epoch;
    bool unregistered; /* the portmapper did not take it: asked again */
    uint64_t end;     /* milliseconds: when an instance that is left behind ends; 0: not yet */
    bool forwards;    /* until then it passes plain calls on */
} mrpc_service;

void mrpc_service_prepare(void);
uint64_t mrpc_now(void); /* milliseconds */

/* registration.c */
typedef void (*mrpc_dispatch)(struct svc_req *, SVCXPRT *);
mrpc_dispatch mrpc_find_dispatch(rpcprog_t program, rpcvers_t version);
bool mrpc_portmapper_answers(void);
bool mrpc_register_all(void);    /* false: the portmapper refuses, or is not there */
void mrpc_unregister_all(void);  /* only what is still this instance's */

/* calls.c */
void mrpc_calls_prepare(void);
void mrpc_handle(struct svc_req *request, SVCXPRT *transport);
bool_t mrpc_callers_write(XDR *xdrs);
bool mrpc_callers_read(XDR *xdrs);

/* state.c: what is wrong, or NULL */
const char *mrpc_state_save(bool last, struct mrpc_buffer *to);
const char *mrpc_state_restore(bool last, const char *bytes, size_t length);
/* Takes what was saved and sent ahead: the last save writes what differs from it. */
void mrpc_state_keep_ahead(struct mrpc_buffer *state);
void mrpc_state_forget_ahead(void);
unsigned long mrpc_state_bound(void);

/* control.c */
int mrpc_control_open(void); /* listens, once the service is ready */
unsigned mrpc_control_fds(struct pollfd *fds);
void mrpc_control_serve(const struct pollfd *fds, unsigned count);
#define MRPC_CONTROL_MOST 8

/* forward.c */
void mrpc_forward(struct svc_req *request, SVCXPRT *transport);

/* client.c */
CLIENT *mrpc_client_create(const char *host, rpcprog_t program, rpcvers_t version, const char *nettype, const struct timeval *patience);

void mrpc_random(void *to, size_t size);

/* What the linker leaves under these names: the functions of libtirpc. */
CLIENT *__real_clnt_create_timed(const char *, rpcprog_t, rpcvers_t, const char *, const struct timeval *);
CLIENT *__wrap_clnt_create(const char *, rpcprog_t, rpcvers_t, const char *);
CLIENT *__wrap_clnt_create_timed(const char *, rpcprog_t, rpcvers_t, const char *, const struct timeval *);
void __wrap_svc_run(void);
void __real_svc_run(void);
bool_t __wrap_svc_register(SVCXPRT *, rpcprog_t, rpcvers_t, mrpc_dispatch, int);
bool_t __real_svc_register(SVCXPRT *, rpcprog_t, rpcvers_t, mrpc_dispatch, int);
bool_t __wrap_svc_reg(SVCXPRT *, rpcprog_t, rpcvers_t, mrpc_dispatch, const struct netconfig *);
bool_t __real_svc_reg(SVCXPRT *, rpcprog_t, rpcvers_t, mrpc_dispatch, const struct netconfig *);
int __wrap_svc_create(mrpc_dispatch, rpcprog_t, rpcvers_t, const char *);
SVCXPRT *__wrap_svc_tp_create(mrpc_dispatch, rpcprog_t, rpcvers_t, const struct netconfig *);
bool_t __wrap_pmap_unset(unsigned long, unsigned long);
bool_t __real_pmap_unset(unsigned long, unsigned long);
bool_t __wrap_rpcb_unset(rpcprog_t, rpcvers_t, const struct netconfig *);
bool_t __real_rpcb_unset(rpcprog_t, rpcvers_t, const struct netconfig *);
bool_t __wrap_svc_sendreply(SVCXPRT *, xdrproc_t, void *);
bool_t __real_svc_sendreply(SVCXPRT *, xdrproc_t, void *);
void __wrap_svcerr_decode(SVCXPRT *);
void __real_svcerr_decode(SVCXPRT *);
void __wrap_svcerr_noproc(SVCXPRT *);
void __real_svcerr_noproc(SVCXPRT *);
void __wrap_svcerr_systemerr(SVCXPRT *);
void __real_svcerr_systemerr(SVCXPRT *);
#endif
