/* What clients and servers say to each other beside the call itself. It stands in the credentials of a call, whose own
 * credentials are its verifier meanwhile, and in the verifier of a reply. */
#ifndef MRPC_WIRE_H
#define MRPC_WIRE_H

#include "mrpc.h"

#define MRPC_FLAVOR 0x79616430 /* of the credentials and verifiers */
#define MRPC_MAGIC 0x6d727063
#ifndef MRPC_WIRE_VERSION
#define MRPC_WIRE_VERSION 1
#endif
#define MRPC_NAME_BYTES 64
#define MRPC_ID_BYTES 16

enum mrpc_message {
    MRPC_HELLO = 1, /* this is a client, and this its key */
    MRPC_CALL = 2,
    MRPC_BYE = 3,
};

struct mrpc_call {
    enum mrpc_message message;
    unsigned char client[MRPC_ID_BYTES]; /* drawn once per handle */
    unsigned char key[MRPC_ID_BYTES];    /* of a HELLO only: what server and client know, and others don't */
    uint64_t number;                     /* the same number is the same call; all lower ones are answered */
    uint64_t nonce;                      /* drawn for each attempt */
};

enum mrpc_kind {
    MRPC_NONE = 0,
    MRPC_SERVED = 1,
    MRPC_REPEATED = 2, /* it was given before and kept: the call has not run again */
    MRPC_MOVED = 3,    /* the refusal: the call has not run here, ask there */
    MRPC_UNKNOWN = 4,  /* the client is not known: the call has not run */
    MRPC_FULL = 5,     /* too many clients */
};

struct mrpc_answer {
    enum mrpc_kind kind;
    uint32_t epoch; /* counts the moves of the service */
    char service[MRPC_NAME_BYTES + 1];
    char place[MRPC_NAME_BYTES + 1]; /* address of the host where the service is */
};

/* Each returns the number of bytes, or 0: it does not fit. */
unsigned mrpc_write_call(const struct mrpc_call *call, char *to, unsigned size);
unsigned mrpc_write_answer(const struct mrpc_answer *answer, const struct mrpc_call *call, const unsigned char *key, char *to, unsigned size);

enum mrpc_reading { MRPC_READ, MRPC_OTHER_VERSION, MRPC_BROKEN };
enum mrpc_reading mrpc_read_call(const char *from, unsigned size, struct mrpc_call *call);
/* FALSE: not the answer to this call by one who knows the key. */
bool_t mrpc_read_answer(const char *from, unsigned size, const struct mrpc_call *call, const unsigned char *key, struct mrpc_answer *answer);

/* SipHash-2-4 (Aumasson, Bernstein 2012). */
uint64_t mrpc_siphash(const unsigned char *key, const void *data, size_t size);

/* An XDR stream that grows while it is written, up to a bound. As long as what is written is what stands in like, it is only counted in
 * same. */
struct mrpc_buffer {
    char *bytes;
    size_t length, room, bound;
    const char *like; /* not owned; NULL: nothing to compare with, or it differs */
    size_t like_length, same;
};
void mrpc_buffer_stream(XDR *xdrs, struct mrpc_buffer *buffer);
/* From here on it differs: what was the same so far is written, like ends. FALSE: over the bound, or out of memory. */
bool_t mrpc_buffer_differ(struct mrpc_buffer *buffer);

/* Bytes that are XDR already. */
struct mrpc_bytes {
    char *bytes;
    unsigned length;
};
bool_t mrpc_xdr_bytes(XDR *xdrs, struct mrpc_bytes *bytes);
/* All that is left of a stream. */
bool_t mrpc_xdr_rest(XDR *xdrs, struct mrpc_buffer *rest);
#endif
