/* Messages between client and server, and the streams that both need. */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

static bool_t call_fields(XDR *xdrs, struct mrpc_call *call)
{
    uint32_t message = call->message;
    if (!xdr_uint32_t(xdrs, &message) || !xdr_opaque(xdrs, (char *)call->client, MRPC_ID_BYTES) ||
        !xdr_uint64_t(xdrs, &call->number) || !xdr_uint64_t(xdrs, &call->nonce))
        return FALSE;
    call->message = message;
    return message != MRPC_HELLO || xdr_opaque(xdrs, (char *)call->key, MRPC_ID_BYTES);
}

static bool_t answer_fields(XDR *xdrs, struct mrpc_answer *answer)
{
    uint32_t kind = answer->kind;
    char *service = answer->service, *place = answer->place;
    if (!xdr_uint32_t(xdrs, &kind) || !xdr_uint32_t(xdrs, &answer->epoch))
        return FALSE;
    answer->kind = kind;
    return xdr_string(xdrs, &service, MRPC_NAME_BYTES) && xdr_string(xdrs, &place, MRPC_NAME_BYTES);
}

static bool_t head(XDR *xdrs, uint32_t *version)
{
    uint32_t magic = MRPC_MAGIC;
    return xdr_uint32_t(xdrs, &magic) && magic == MRPC_MAGIC && xdr_uint32_t(xdrs, version);
}

unsigned mrpc_write_call(const struct mrpc_call *call, char *to, unsigned size)
{
    XDR xdrs;
    uint32_t version = MRPC_WIRE_VERSION;
    struct mrpc_call copy = *call;
    xdrmem_create(&xdrs, to, size, XDR_ENCODE);
    return head(&xdrs, &version) && call_fields(&xdrs, &copy) ? xdr_getpos(&xdrs) : 0;
}

enum mrpc_reading mrpc_read_call(const char *from, unsigned size, struct mrpc_call *call)
{
    XDR xdrs;
    uint32_t version;
    xdrmem_create(&xdrs, (char *)from, size, XDR_DECODE);
    if (!head(&xdrs, &version))
        return MRPC_BROKEN;
    if (version != MRPC_WIRE_VERSION)
        return MRPC_OTHER_VERSION;
    return call_fields(&xdrs, call) && call->message >= MRPC_HELLO && call->message <= MRPC_BYE ? MRPC_READ : MRPC_BROKEN;
}

/* Over the answer, and the call that it answers. */
static uint64_t seal(const char *bytes, unsigned length, const struct mrpc_call *call, const unsigned char *key)
{
    unsigned char all[512];
    if (length > sizeof all - 16)
        return 0;
    memcpy(all, &call->number, 8);
    memcpy(all + 8, &call->nonce, 8);
    memcpy(all + 16, bytes, length);
    return mrpc_siphash(key, all, length + 16);
}

unsigned mrpc_write_answer(const struct mrpc_answer *answer, const struct mrpc_call *call, const unsigned char *key, char *to, unsigned size)
{
    XDR xdrs;
    uint32_t version = MRPC_WIRE_VERSION;
    struct mrpc_answer copy = *answer;
    xdrmem_create(&xdrs, to, size, XDR_ENCODE);
    if (!head(&xdrs, &version) || !answer_fields(&xdrs, &copy))
        return 0;
    uint64_t sealed = seal(to, xdr_getpos(&xdrs), call, key);
    return xdr_uint64_t(&xdrs, &sealed) ? xdr_getpos(&xdrs) : 0;
}

bool_t mrpc_read_answer(const char *from, unsigned size, const struct mrpc_call *call, const unsigned char *key, struct mrpc_answer *answer)
{
    XDR xdrs;
    uint32_t version;
    uint64_t sealed;
    memset(answer, 0, sizeof *answer);
    xdrmem_create(&xdrs, (char *)from, size, XDR_DECODE);
    if (!head(&xdrs, &version) || version != MRPC_WIRE_VERSION || !answer_fields(&xdrs, answer))
        return FALSE;
    unsigned length = xdr_getpos(&xdrs);
    return xdr_uint64_t(&xdrs, &sealed) && sealed == seal(from, length, call, key);
}

#define ROTATE(x, b) (((x) << (b)) | ((x) >> (64 - (b))))

static inline __attribute__((always_inline)) void siphash_round(uint64_t *v)
{
    v[0] += v[1];
    v[1] = ROTATE(v[1], 13) ^ v[0];
    v[0] = ROTATE(v[0], 32);
    v[2] += v[3];
    v[3] = ROTATE(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = ROTATE(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = ROTATE(v[1], 17) ^ v[2];
    v[2] = ROTATE(v[2], 32);
}

uint64_t mrpc_siphash(const unsigned char *key, const void *data, size_t size)
{
    uint64_t k[2], word;
    memcpy(k, key, sizeof k);
    uint64_t v[4] = {k[0] ^ 0x736f6d6570736575, k[1] ^ 0x646f72616e646f6d, k[0] ^ 0x6c7967656e657261, k[1] ^ 0x7465646279746573};
    const unsigned char *at = data;
    size_t left = size;
    for (; left >= 8; left -= 8, at += 8) {
        memcpy(&word, at, 8);
        v[3] ^= word;
        siphash_round(v);
        siphash_round(v);
        v[0] ^= word;
    }
    word = (uint64_t)size << 56;
    for (size_t i = 0; i < left; i++)
        word |= (uint64_t)at[i] << (8 * i);
    v[3] ^= word;
    siphash_round(v);
    siphash_round(v);
    v[0] ^= word;
    v[2] ^= 0xff;
    for (int i = 0; i < 4; i++)
        siphash_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The growing stream. Only what encoding needs. */
static bool_t append(struct mrpc_buffer *buffer, const char *bytes, size_t length)
{
    if (length > buffer->bound - buffer->length)
        return FALSE;
    if (buffer->length + length > buffer->room) {
        size_t room = buffer->room == 0 ? 1024 : buffer->room;
        while (room < buffer->length + length)
            room *= 2;
        char *larger = realloc(buffer->bytes, room);
        if (larger == NULL)
            return FALSE;
        buffer->bytes = larger;
        buffer->room = room;
    }
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    return TRUE;
}

bool_t mrpc_buffer_differ(struct mrpc_buffer *buffer)
{
    const char *like = buffer->like;
    size_t same = buffer->same;
    buffer->like = NULL;
    buffer->same = 0;
    return like == NULL || append(buffer, like, same);
}

static bool_t put_bytes(XDR *xdrs, const char *bytes, u_int length)
{
    struct mrpc_buffer *buffer = xdrs->x_private;
    if (buffer->like != NULL) {
        if (length <= buffer->like_length - buffer->same && memcmp(buffer->like + buffer->same, bytes, length) == 0) {
            buffer->same += length;
            return TRUE;
        }
        if (!mrpc_buffer_differ(buffer))
            return FALSE;
    }
    return append(buffer, bytes, length);
}

static bool_t put_long(XDR *xdrs, const long *value)
{
    uint32_t word = htonl((uint32_t)*value);
    return put_bytes(xdrs, (const char *)&word, sizeof word);
}

static bool_t get_long(XDR *xdrs, long *value)
{
    (void)xdrs;
    (void)value;
    return FALSE;
}

static bool_t get_bytes(XDR *xdrs, char *bytes, u_int length)
{
    (void)xdrs;
    (void)bytes;
    (void)length;
    return FALSE;
}

static u_int position(XDR *xdrs)
{
    struct mrpc_buffer *buffer = xdrs->x_private;
    return (u_int)(buffer->length + buffer->same);
}

static bool_t set_position(XDR *xdrs, u_int to)
{
    (void)xdrs;
    (void)to;
    return FALSE;
}

static int32_t *in_line(XDR *xdrs, u_int length)
{
    (void)xdrs;
    (void)length;
    return NULL;
}

static void destroy(XDR *xdrs)
{
    (void)xdrs;
}

static bool_t control(XDR *xdrs, int request, void *info)
{
    (void)xdrs;
    (void)request;
    (void)info;
    return FALSE;
}

void mrpc_buffer_stream(XDR *xdrs, struct mrpc_buffer *buffer)
{
    static const struct xdr_ops operations = {
        .x_getlong = get_long, .x_putlong = put_long, .x_getbytes = get_bytes, .x_putbytes = put_bytes, .x_getpostn = position,
        .x_setpostn = set_position, .x_inline = in_line, .x_destroy = destroy, .x_control = control,
    };
    memset(xdrs, 0, sizeof *xdrs);
    xdrs->x_op = XDR_ENCODE;
    xdrs->x_ops = &operations;
    xdrs->x_private = buffer;
}

bool_t mrpc_xdr_bytes(XDR *xdrs, struct mrpc_bytes *bytes)
{
    return xdrs->x_op != XDR_ENCODE || xdr_opaque(xdrs, bytes->bytes, bytes->length);
}

bool_t mrpc_xdr_rest(XDR *xdrs, struct mrpc_buffer *rest)
{
    XDR to;
    char unit[BYTES_PER_XDR_UNIT];
    if (xdrs->x_op == XDR_FREE)
        return TRUE;
    if (xdrs->x_op == XDR_ENCODE)
        return xdr_opaque(xdrs, rest->bytes, (u_int)rest->length);
    rest->length = 0;
    mrpc_buffer_stream(&to, rest);
    while (xdrs->x_ops->x_getbytes(xdrs, unit, sizeof unit))
        if (!put_bytes(&to, unit, sizeof unit))
            return FALSE;
    return TRUE;
}
