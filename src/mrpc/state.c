/* The declared variables and the callers as bytes, and back.
 *
 *   magic u32 | format u32 | last u32 | program's version u32 | build opaque<64>
 *   | count u32 | count × (name string, signature string, value opaque<>) | callers, in the last only | checksum u64
 *
 * All of it XDR. It is checked whole before anything of the program is touched. */
#define _GNU_SOURCE
#include "server.h"

#include <elf.h>
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC 0x6d727374
#define DEFAULT_BOUND (64UL << 20)
#define MOST_NAME 256
#define MOST_SIGNATURE 65536
#define MOST_BUILD 64
#define CALLERS_ROOM (64UL << 20) /* beside the bound of the variables */
#define MOST_VARIABLES 4096

static const unsigned char checksum_key[MRPC_ID_BYTES] = "yadokari mrpc";
static char problem[512];
static struct mrpc_buffer ahead; /* the state as it was sent ahead; no bytes: nothing was */
static struct place {
    size_t at, length;
} *places;             /* the value of each variable in it */
static bool *restored; /* each variable that holds what this file has allocated */

static unsigned variable_count(void)
{
    return &mrpc_state == NULL ? 0 : mrpc_state.count;
}

unsigned long mrpc_state_bound(void)
{
    return (&mrpc_state == NULL || mrpc_state.bound == 0 ? DEFAULT_BOUND : mrpc_state.bound) + CALLERS_ROOM;
}

void mrpc_state_keep_ahead(struct mrpc_buffer *state)
{
    free(ahead.bytes);
    ahead = *state;
    *state = (struct mrpc_buffer){0};
}

void mrpc_state_forget_ahead(void)
{
    free(ahead.bytes);
    ahead = (struct mrpc_buffer){0};
}

__attribute__((format(printf, 1, 2))) static const char *say(const char *format, ...)
{
    va_list values;
    /* The first reason is the true one. */
    if (problem[0] == 0) {
        va_start(values, format);
        vsnprintf(problem, sizeof problem, format, values);
        va_end(values);
    }
    return problem;
}

static const char *moving = ""; /* the variable that is being moved */

bool_t mrpc_xdr_integer(XDR *xdrs, void *at, size_t size)
{
    uint64_t wide = 0;
    uint32_t word = 0;
    if (xdrs->x_op == XDR_FREE)
        return TRUE;
    switch (size) {
    case 1:
        word = *(uint8_t *)at;
        if (!xdr_uint32_t(xdrs, &word) || word > UINT8_MAX)
            return FALSE;
        *(uint8_t *)at = (uint8_t)word;
        return TRUE;
    case 2:
        word = *(uint16_t *)at;
        if (!xdr_uint32_t(xdrs, &word) || word > UINT16_MAX)
            return FALSE;
        *(uint16_t *)at = (uint16_t)word;
        return TRUE;
    case 4:
        return xdr_uint32_t(xdrs, at);
    default:
        memcpy(&wide, at, sizeof wide);
        if (!xdr_uint64_t(xdrs, &wide))
            return FALSE;
        memcpy(at, &wide, sizeof wide);
        return TRUE;
    }
}

bool_t mrpc_xdr_count(XDR *xdrs, unsigned long long *count, unsigned long long most, const char *what)
{
    uint64_t wide = *count;
    if (xdrs->x_op == XDR_ENCODE && wide > most) {
        say("variable '%s': %s is %llu, its bound is %llu", moving, what, *count, most);
        return FALSE;
    }
    if (xdrs->x_op == XDR_FREE)
        return TRUE;
    if (!xdr_uint64_t(xdrs, &wide) || wide > most)
        return FALSE;
    *count = wide;
    return TRUE;
}

bool_t mrpc_xdr_room(XDR *xdrs, void **at, unsigned long long count, size_t size)
{
    if (xdrs->x_op == XDR_FREE) {
        free(*at);
        *at = NULL;
    } else if (xdrs->x_op == XDR_DECODE)
        *at = count == 0 ? NULL : calloc(count, size);
    if (xdrs->x_op != XDR_FREE && *at == NULL && count > 0) {
        say("variable '%s': an array of %llu elements is NULL", moving, count);
        return FALSE;
    }
    return TRUE;
}

#define SHORT_STRING 496 /* bytes of a string that is passed on in one piece */

/* As xdr_bool and xdr_string write it, at once: servers have hundreds of thousands of short strings. */
static bool_t write_short(XDR *xdrs, const char *string, size_t length)
{
    char piece[2 * BYTES_PER_XDR_UNIT + RNDUP(SHORT_STRING)];
    uint32_t there = htonl(TRUE), size = htonl((uint32_t)length);
    size_t padded = RNDUP(length);
    memcpy(piece, &there, sizeof there);
    memcpy(piece + BYTES_PER_XDR_UNIT, &size, sizeof size);
    memcpy(piece + 2 * BYTES_PER_XDR_UNIT, string, length);
    memset(piece + 2 * BYTES_PER_XDR_UNIT + length, 0, padded - length);
    return XDR_PUTBYTES(xdrs, piece, (u_int)(2 * BYTES_PER_XDR_UNIT + padded));
}

/* As xdr_bool and xdr_string read it, where it stands in the stream; false: it is not there in one piece, nothing was read. */
static bool_t read_short(XDR *xdrs, char **at, unsigned most, bool_t *done)
{
    const uint32_t *head = (const uint32_t *)XDR_INLINE(xdrs, BYTES_PER_XDR_UNIT);
    if (head == NULL)
        return FALSE;
    *done = TRUE;
    if (*head == 0)
        return TRUE;
    const uint32_t *size = (const uint32_t *)XDR_INLINE(xdrs, BYTES_PER_XDR_UNIT);
    uint32_t length = size == NULL ? UINT32_MAX : ntohl(*size);
    const char *bytes = length > most || RNDUP((size_t)length) > UINT32_MAX ? NULL : (const char *)XDR_INLINE(xdrs, (u_int)RNDUP((size_t)length));
    *done = bytes != NULL && (*at = malloc((size_t)length + 1)) != NULL;
    if (*done) {
        memcpy(*at, bytes, length);
        (*at)[length] = 0;
    }
    return TRUE;
}

bool_t mrpc_xdr_string(XDR *xdrs, char **at, unsigned most)
{
    bool_t done = FALSE;
    bool_t there = *at != NULL;
    if (xdrs->x_op == XDR_FREE) {
        free(*at);
        *at = NULL;
        return TRUE;
    }
    if (xdrs->x_op == XDR_ENCODE && there) {
        size_t length = strnlen(*at, (size_t)most + 1);
        if (length > most) {
            say("variable '%s': a string is longer than its bound of %u bytes", moving, most);
            return FALSE;
        }
        if (length <= SHORT_STRING)
            return write_short(xdrs, *at, length);
    }
    if (xdrs->x_op == XDR_DECODE) {
        *at = NULL;
        if (read_short(xdrs, at, most, &done))
            return done;
    }
    return xdr_bool(xdrs, &there) && (!there || xdr_string(xdrs, at, most));
}

static int find_build(struct dl_phdr_info *object, size_t size, void *found)
{
    struct mrpc_bytes *build = found;
    (void)size;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_NOTE)
            continue;
        const char *at = (const char *)(object->dlpi_addr + segment->p_vaddr), *end = at + segment->p_memsz;
        while (at + sizeof(ElfW(Nhdr)) <= end) {
            const ElfW(Nhdr) *note = (const void *)at;
            const char *name = at + sizeof *note, *value = name + ((note->n_namesz + 3) & ~3U);
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0 && note->n_descsz <= MOST_BUILD) {
                build->bytes = (char *)value;
                build->length = note->n_descsz;
                return 1;
            }
            at = value + ((note->n_descsz + 3) & ~3U);
        }
    }
    return 1; /* the first object is the program */
}

/* Writes a variable, unless its value is the one that was sent ahead. */
static bool write_variable(XDR *xdrs, const struct mrpc_variable *variable, unsigned index, bool last, bool *changed)
{
    struct mrpc_buffer *to = xdrs->x_private;
    char *name = (char *)variable->name, *signature = (char *)variable->signature, padding[BYTES_PER_XDR_UNIT] = {0};
    uint32_t length = 0;
    size_t before = to->length;
    if (!xdr_string(xdrs, &name, MOST_NAME) || !xdr_string(xdrs, &signature, MOST_SIGNATURE) || !xdr_uint32_t(xdrs, &length))
        return false;
    struct place place = {.at = to->length};
    if (last && ahead.bytes != NULL) {
        to->like = ahead.bytes + places[index].at;
        to->like_length = places[index].length;
    }
    moving = name;
    bool done = variable->move(xdrs);
    *changed = !done || to->like == NULL || to->same != to->like_length;
    if (!*changed)
        to->length = before;
    else
        done = done && mrpc_buffer_differ(to);
    to->like = NULL;
    to->same = 0;
    if (!done || !*changed)
        return done;
    place.length = to->length - place.at;
    length = htonl((uint32_t)place.length);
    memcpy(to->bytes + place.at - sizeof length, &length, sizeof length);
    if (!last)
        places[index] = place;
    return place.length <= UINT32_MAX && XDR_PUTBYTES(xdrs, padding, (u_int)(RNDUP(place.length) - place.length));
}

const char *mrpc_state_save(bool last, struct mrpc_buffer *to)
{
    XDR xdrs;
    struct mrpc_bytes build = {NULL, 0};
    uint32_t magic = MAGIC, format = MRPC_STATE_FORMAT, is_last = last, version = &mrpc_state == NULL ? 0 : mrpc_state.version;
    uint32_t count = 0;
    u_int length;
    problem[0] = 0;
    if (&mrpc_state == NULL)
        return say("the server does not say which variables move with it: a header for 'yado carry' does, with CARRY_VERSION(1) alone when there are none");
    dl_iterate_phdr(find_build, &build);
    length = build.length;
    to->length = 0;
    to->bound = mrpc_state_bound();
    mrpc_buffer_stream(&xdrs, to);
    bool done = xdr_uint32_t(&xdrs, &magic) && xdr_uint32_t(&xdrs, &format) && xdr_uint32_t(&xdrs, &is_last) && xdr_uint32_t(&xdrs, &version) &&
                xdr_bytes(&xdrs, &build.bytes, &length, MOST_BUILD);
    size_t count_at = to->length;
    done = done && xdr_uint32_t(&xdrs, &count);
    if (!last) {
        mrpc_state_forget_ahead();
        if (places == NULL && (places = calloc(variable_count() + 1, sizeof *places)) == NULL)
            return say("out of memory");
    }
    to->bound = to->length + mrpc_state_bound() - CALLERS_ROOM;
    for (unsigned i = 0; done && i < variable_count(); i++) {
        bool changed;
        done = write_variable(&xdrs, &mrpc_state.variables[i], i, last, &changed);
        if (!done)
            say("variable '%s' can't be saved: the state is over its bound of %llu bytes (CARRY_BOUND), or its hook refuses",
                mrpc_state.variables[i].name, (unsigned long long)(mrpc_state_bound() - CALLERS_ROOM));
        count += done && changed;
    }
    to->bound = mrpc_state_bound();
    if (done) {
        uint32_t word = htonl(count);
        memcpy(to->bytes + count_at, &word, sizeof word);
        done = !last || mrpc_callers_write(&xdrs);
    }
    if (done) {
        uint64_t sum = mrpc_siphash(checksum_key, to->bytes, to->length);
        done = xdr_uint64_t(&xdrs, &sum);
    }
    return done ? NULL : say("the state can't be written: too much is kept for clients, or out of memory");
}

static const struct mrpc_variable *find(const char *name, unsigned *index)
{
    for (*index = 0; *index < variable_count(); ++*index)
        if (strcmp(mrpc_state.variables[*index].name, name) == 0)
            return &mrpc_state.variables[*index];
    return NULL;
}

static void free_value(const struct mrpc_variable *variable, unsigned index)
{
    XDR xdrs = {.x_op = XDR_FREE};
    if (restored[index])
        variable->move(&xdrs);
    else if (variable->forget != NULL)
        variable->forget();
    restored[index] = true;
}

static const char *read_value(const struct mrpc_variable *variable, char *bytes, u_int length)
{
    XDR xdrs;
    moving = variable->name;
    xdrmem_create(&xdrs, bytes, length, XDR_DECODE);
    if (!variable->move(&xdrs) || xdr_getpos(&xdrs) != length)
        return say("variable '%s' does not read as what it was saved as", variable->name);
    return NULL;
}

/* Bytes of the stream where they are: values may be large. */
static bool in_place(XDR *xdrs, u_int length, char **bytes)
{
    u_int at = xdr_getpos(xdrs), room = RNDUP(length);
    *bytes = xdrs->x_base + at;
    return room >= length && room <= xdrs->x_handy && xdr_setpos(xdrs, at + room);
}

/* All values that are replaced are freed before any is read: the count of an array may be a variable of its own. */
enum pass { LOOK, FREE, READ };

static const char *read_variable(XDR *xdrs, uint32_t version, enum pass pass)
{
    char *name = NULL, *signature = NULL, *bytes = NULL;
    u_int length = 0;
    unsigned index;
    const char *wrong = NULL;
    if (!xdr_string(xdrs, &name, MOST_NAME) || !xdr_string(xdrs, &signature, MOST_SIGNATURE) || !xdr_u_int(xdrs, &length) ||
        !in_place(xdrs, length, &bytes))
        wrong = say("the state is damaged");
    else {
        const struct mrpc_variable *variable = find(name, &index);
        if (variable == NULL && version == mrpc_state.version)
            wrong = say("the program on this host has no variable '%s', and says the same CARRY_VERSION (%u): it was changed", name, version);
        else if (variable != NULL && strcmp(variable->signature, signature) != 0)
            wrong = say("variable '%s' has another type in the program on this host: it was changed; give it another name", name);
        else if (variable != NULL && pass == FREE)
            free_value(variable, index);
        else if (variable != NULL && pass == READ)
            wrong = read_value(variable, bytes, length);
    }
    free(name);
    free(signature);
    return wrong;
}

static const char *read_all(XDR *xdrs, uint32_t count, uint32_t version, enum pass pass)
{
    const char *wrong = NULL;
    for (; wrong == NULL && count > 0; count--)
        wrong = read_variable(xdrs, version, pass);
    return wrong;
}

static const char *check_build(uint32_t version, const char *bytes, u_int length)
{
    struct mrpc_bytes build = {NULL, 0};
    uint32_t own = &mrpc_state == NULL ? 0 : mrpc_state.version;
    dl_iterate_phdr(find_build, &build);
    if (version > own)
        return say("the state is of CARRY_VERSION %u, newer than the program on this host (%u)", version, own);
    if (version == own && length > 0 && build.length > 0 && (length != build.length || memcmp(bytes, build.bytes, length) != 0))
        return say("the program on this host is another one than the one that saved the state, and says the same CARRY_VERSION (%u): "
                   "it was changed between the hosts", version);
    return NULL;
}

const char *mrpc_state_restore(bool last, const char *bytes, size_t length)
{
    XDR xdrs;
    uint32_t magic, format, is_last, version, count;
    char build_room[MOST_BUILD], *build = build_room;
    u_int build_length;
    uint64_t sum;
    problem[0] = 0;
    if (length == 0) /* a round: nothing is sent in rounds */
        return NULL;
    if (length < sizeof sum || length > UINT32_MAX)
        return say("the state is damaged: it has %zu bytes", length);
    xdrmem_create(&xdrs, (char *)bytes + length - sizeof sum, sizeof sum, XDR_DECODE);
    if (!xdr_uint64_t(&xdrs, &sum) || sum != mrpc_siphash(checksum_key, bytes, length - sizeof sum))
        return say("the state is damaged: its checksum is wrong");
    xdrmem_create(&xdrs, (char *)bytes, (u_int)(length - sizeof sum), XDR_DECODE);
    if (!xdr_uint32_t(&xdrs, &magic) || magic != MAGIC || !xdr_uint32_t(&xdrs, &format) || format != MRPC_STATE_FORMAT)
        return say("the state is of another version of the library");
    if (!xdr_uint32_t(&xdrs, &is_last) || !xdr_uint32_t(&xdrs, &version) || !xdr_bytes(&xdrs, &build, &build_length, MOST_BUILD) ||
        !xdr_uint32_t(&xdrs, &count) || count > MOST_VARIABLES || (is_last != 0) != last)
        return say("the state is damaged");
    const char *wrong = check_build(version, build, build_length);
    u_int variables_at = xdr_getpos(&xdrs);
    wrong = wrong == NULL ? read_all(&xdrs, count, version, LOOK) : wrong;
    if (wrong != NULL)
        return wrong;
    if (restored == NULL && (restored = calloc(variable_count() + 1, sizeof *restored)) == NULL)
        return say("out of memory");
    xdr_setpos(&xdrs, variables_at);
    read_all(&xdrs, count, version, FREE);
    xdr_setpos(&xdrs, variables_at);
    wrong = read_all(&xdrs, count, version, READ);
    if (wrong != NULL || !last)
        return wrong;
    if (!mrpc_callers_read(&xdrs))
        return say("the state is damaged: the replies that were kept");
    for (unsigned i = 0; i < variable_count(); i++)
        if (!restored[i] && version == mrpc_state.version)
            return say("the state lacks variable '%s' of the program on this host, which says the same CARRY_VERSION (%u): it was changed",
                       mrpc_state.variables[i].name, version);
    if (&mrpc_state != NULL && mrpc_state.after != NULL)
        mrpc_state.after();
    return NULL;
}
