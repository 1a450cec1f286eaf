/* Servers made by rpcgen(1) that move from host to host while their clients call.
 *
 * Beside server.c stands server_carry.h, which declares the variables that move with it. One line in the Makefile,
 * include $(shell pkg-config --variable=mk mrpc), has both preprocessed and linked; nothing changes in the source. Started
 * by 'yado run --service NAME' the server moves by 'yado move NAME HOST'; started otherwise it is an ordinary server.
 * Clients are linked in the same way: clnt_create and clnt_call find the server wherever it is, and each call runs once.
 *
 * Variables of a client: MRPC_SERVICE is the name of the service, by which the local yadokari daemon is asked when the host
 * that clnt_create is given has it no more. MRPC_HOSTS are hosts to try, separated by commas, when there is no daemon.
 * MRPC_PATIENCE is how many seconds a call that meets a move is made again at most (30).
 *
 * example:
 *     // dict_carry.h: what moves with dict.c
 *     #include <mrpc.h>
 *     CARRY_VERSION(1)
 *     CARRY_STRUCT(struct node,
 *         struct node *next CARRY_LINK;
 *         char *word CARRY_STRING(64);
 *         int uses;
 *     )
 *     extern int count;
 *     extern struct node *first CARRY_LIST(next, 1000000);
 *     extern char *title CARRY_STRING(256);
 *     extern double *samples CARRY_COUNT(sample_count, 100000);
 *
 *     CC=gcc make -f Makefile.dict
 *
 * The comments of this file are also the manual pages. */
#ifndef MRPC_H
#define MRPC_H

#include <rpc/rpc.h>
#include <stddef.h>
#include <stdint.h>

/* What a header of carried variables says beside C's own declarations, for 'yado carry'. To the compiler it is nothing. */
#define CARRY_VERSION(number)         /* of the state: a newer program takes an older state, not the other way round */
#define CARRY_BOUND(bytes)            /* the whole state has at most so many bytes; 64 MiB when it is not said */
#define CARRY_AFTER(function)         /* void function(void), called when the state has arrived, before the first call */
#define CARRY_STRUCT(type, ...)       /* the members of a struct, in their order */
#define CARRY_STRING(most)            /* char *: a string of at most so many bytes, or NULL */
#define CARRY_COUNT(count, most)      /* T *: an array of as many as variable or member count says */
#define CARRY_ONE                     /* T *: one T, or NULL */
#define CARRY_LIST(next, most)        /* T *: a list of T linked by its member next, or NULL */
#define CARRY_LINK                    /* the member that links such a list */
#define CARRY_XDR(function)           /* T: moved by an XDR function as rpcgen makes it */
#define CARRY_HOOK(function)          /* anything: bool_t function(XDR *) encodes, decodes, frees */
#define CARRY_NOT                     /* a member that stays behind: zero on the new host */

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif
#ifdef __cplusplus
extern "C" {
#endif

/* Says whether this instance was started to take a service over.
 *
 * Its declared variables are replaced by what arrives: a server may skip what takes long at its start.
 * returns: 1 when the service comes from another host, else 0. */
int mrpc_arriving(void);

/* Says why the last call of a client failed.
 * returns: one line; "" when the status of the call says it all. */
const char *mrpc_error(void);

#ifdef __cplusplus
}
#endif
#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

/* Below: for the code that 'yado carry' writes, and for nobody else. */
#define MRPC_STATE_FORMAT 1

struct mrpc_variable {
    const char *name, *signature; /* of another signature: another variable */
    bool_t (*move)(XDR *);
    void (*forget)(void); /* pointers of the program's own become NULL: what they point to is not ours to free */
};

struct mrpc_state {
    unsigned format, version, count;
    unsigned long bound; /* bytes */
    const struct mrpc_variable *variables;
    void (*after)(void);
};

extern const struct mrpc_state mrpc_state __attribute__((weak));
bool_t mrpc_xdr_integer(XDR *xdrs, void *at, size_t size);
bool_t mrpc_xdr_string(XDR *xdrs, char **at, unsigned most);
bool_t mrpc_xdr_count(XDR *xdrs, unsigned long long *count, unsigned long long most, const char *what);
bool_t mrpc_xdr_room(XDR *xdrs, void **at, unsigned long long count, size_t size);
#endif
