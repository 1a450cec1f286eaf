/* The daemon's commands, as src/Yadokari.Protocol/Services has them: frames of kind u8, length i32 little-endian and payload on a
 * unix socket; commands and answers are JSON. Commands are obeyed between procedures, never in one. */
#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define FRAME_MOST (1 << 20)
#define COMMAND_MOST 16384
#define PATIENCE_S 60
#define LINGER_MS 30000

enum frame_kind { COMMAND = 1, ANSWER = 2, DATA = 3, END = 4 };

static int listener = -1;
static int connections[MRPC_CONTROL_MOST];
static unsigned connection_count;
static int mover = -1;            /* the connection by which a move was begun: when it ends, whoever moved the service is gone */
static char decision[4096];       /* path of the link that decides */
static const char *const life_names[] = {"serving", "held", "drained", "moved"};

int mrpc_control_open(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(mrpc_service.control) >= sizeof address.sun_path)
        return -1;
    strcpy(address.sun_path, mrpc_service.control);
    unlink(address.sun_path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return listener != -1 && bind(listener, (struct sockaddr *)&address, sizeof address) == 0 ? listen(listener, MRPC_CONTROL_MOST) : -1;
}

unsigned mrpc_control_fds(struct pollfd *fds)
{
    unsigned count = 0;
    fds[count++] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (unsigned i = 0; i < connection_count; i++)
        fds[count++] = (struct pollfd){.fd = connections[i], .events = POLLIN};
    return count;
}

/* Bytes of a frame; false: the other end is gone, or silent. */
static bool receive(int fd, void *to, size_t size)
{
    for (char *at = to; size > 0;) {
        ssize_t count = recv(fd, at, size, 0);
        if (count == -1 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        at += count;
        size -= (size_t)count;
    }
    return true;
}

static bool send_all(int fd, const void *bytes, size_t size)
{
    for (const char *at = bytes; size > 0;) {
        ssize_t count = send(fd, at, size, MSG_NOSIGNAL);
        if (count == -1 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        at += count;
        size -= (size_t)count;
    }
    return true;
}

static bool receive_head(int fd, enum frame_kind *kind, uint32_t *length)
{
    unsigned char head[5];
    if (!receive(fd, head, sizeof head))
        return false;
    *kind = head[0];
    *length = head[1] | head[2] << 8 | head[3] << 16 | (uint32_t)head[4] << 24;
    return *length <= FRAME_MOST;
}

static bool send_frame(int fd, enum frame_kind kind, const void *payload, uint32_t length)
{
    unsigned char head[5] = {(unsigned char)kind, (unsigned char)length, (unsigned char)(length >> 8), (unsigned char)(length >> 16),
                             (unsigned char)(length >> 24)};
    return send_all(fd, head, sizeof head) && send_all(fd, payload, length);
}

/* Value of a field of the command, without its quotes; false: there is none. */
static bool field(const char *json, const char *name, char *value, size_t size)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"%s\":", name);
    const char *at = strstr(json, wanted);
    size_t length = 0;
    if (at == NULL)
        return false;
    at += strlen(wanted);
    bool quoted = *at == '"';
    for (at += quoted; *at != 0 && (quoted ? *at != '"' : strchr(",}] ", *at) == NULL); at++) {
        char c = *at;
        unsigned code;
        if (c == '\\' && at[1] == 'u' && sscanf(at + 2, "%4x", &code) == 1 && code < 128) {
            c = (char)code;
            at += 5;
        } else if (c == '\\' && at[1] != 0)
            c = *++at;
        if (length + 1 >= size)
            return false;
        value[length++] = c;
    }
    value[length] = 0;
    return quoted || strcmp(value, "null") != 0;
}

struct reply {
    size_t bytes; /* of state */
    double drained_ms;
    const char *error;
};

static bool answer(int fd, const struct reply *reply)
{
    char text[4096];
    int length = snprintf(text, sizeof text, "{\"state\":\"%s\",\"epoch\":%u,\"inFlight\":0,\"bytes\":%zu,\"drainMilliseconds\":%.3f",
                          life_names[mrpc_service.life], mrpc_service.epoch, reply->bytes, reply->drained_ms);
    if (reply->error != NULL) {
        length += sprintf(text + length, ",\"error\":\"");
        for (const char *at = reply->error; *at != 0 && length < (int)sizeof text - 16; at++)
            length += sprintf(text + length, *at == '"' || *at == '\\' || (unsigned char)*at < ' ' ? "\\u%04x" : "%c", (unsigned char)*at);
        length += sprintf(text + length, "\"");
    }
    length += sprintf(text + length, "}");
    return send_frame(fd, ANSWER, text, (uint32_t)length);
}

static const char *wrong(const char *what)
{
    static char text[128];
    snprintf(text, sizeof text, "the instance can't %s: it is %s", what, life_names[mrpc_service.life]);
    return text;
}

static void serve_on(void)
{
    mrpc_state_forget_ahead();
    decision[0] = 0;
    mover = -1;
    if (mrpc_service.life == MRPC_DRAINED)
        mrpc_service.life = MRPC_SERVING;
}

/* Sends all of the state, or of what has changed since it was sent ahead. */
static const char *send_state(int fd, bool last, struct reply *reply)
{
    struct mrpc_buffer state = {0};
    const char *problem = mrpc_state_save(last, &state);
    bool sent = true;
    for (size_t at = 0; problem == NULL && sent && at < state.length; at += FRAME_MOST) {
        size_t piece = state.length - at < FRAME_MOST ? state.length - at : FRAME_MOST;
        sent = send_frame(fd, DATA, state.bytes + at, (uint32_t)piece);
    }
    if (problem == NULL && sent)
        send_frame(fd, END, "", 0);
    reply->bytes = state.length;
    if (problem == NULL && !last)
        mrpc_state_keep_ahead(&state);
    free(state.bytes);
    return problem;
}

static const char *save_ahead(int fd, const char *json, struct reply *reply)
{
    if (mrpc_service.life != MRPC_SERVING)
        return wrong("save its state");
    mover = fd;
    if (!field(json, "decisionPath", decision, sizeof decision))
        decision[0] = 0;
    return send_state(fd, false, reply);
}

/* No procedure runs when a command is obeyed: the gate is closed by no longer looking at the transports. */
static const char *drain(int fd, const char *json, struct reply *reply)
{
    if (mrpc_service.life != MRPC_SERVING)
        return wrong("drain");
    mover = fd;
    if (!field(json, "decisionPath", decision, sizeof decision))
        decision[0] = 0;
    mrpc_service.life = MRPC_DRAINED;
    return send_state(fd, true, reply);
}

/* The frames that follow are read in any case: the connection goes on behind them. */
static const char *restore(int fd, bool last, struct reply *reply, bool *broken)
{
    size_t length = 0, room = 0;
    char *state = NULL;
    const char *problem = mrpc_service.life == MRPC_HELD ? NULL : wrong("take state");
    for (;;) {
        enum frame_kind kind;
        uint32_t size;
        *broken = !receive_head(fd, &kind, &size) || (kind != DATA && kind != END);
        if (*broken || kind == END)
            break;
        if (length + size > mrpc_state_bound()) {
            /* It would not be read to its end: the move is given up. */
            *broken = true;
            break;
        }
        if (length + size > room) {
            room = (length + size) * 2;
            char *larger = realloc(state, room);
            *broken = larger == NULL;
            if (*broken)
                break;
            state = larger;
        }
        if ((*broken = !receive(fd, state + length, size)))
            break;
        length += size;
    }
    if (!*broken && problem == NULL)
        problem = mrpc_state_restore(last, state, length);
    free(state);
    reply->bytes = length;
    return problem;
}

static const char *activate(void)
{
    if (mrpc_service.life == MRPC_SERVING)
        return NULL;
    if (mrpc_service.life != MRPC_HELD)
        return wrong("serve");
    /* Before the first call: from here on its state is more than what it was given. */
    if (symlink("served", mrpc_service.served) == -1 && errno != EEXIST)
        return "the mark that it serves can't be made";
    mrpc_service.life = MRPC_SERVING;
    if (!mrpc_register_all())
        fprintf(stderr, "mrpc: the portmapper of this host does not register the service: it is asked again until it does\n");
    return NULL;
}

static const char *moved(const char *json)
{
    char address[256], number[32];
    if (mrpc_service.life == MRPC_GONE)
        return NULL;
    if (mrpc_service.life != MRPC_DRAINED)
        return wrong("leave");
    if (!field(json, "address", address, sizeof address))
        return "the new place is missing";
    address[strcspn(address, ":")] = 0;
    snprintf(mrpc_service.elsewhere, sizeof mrpc_service.elsewhere, "%.*s", MRPC_NAME_BYTES, address);
    mrpc_service.next_epoch = field(json, "epoch", number, sizeof number) ? (uint32_t)strtoul(number, NULL, 10) : mrpc_service.epoch + 1;
    uint64_t forward = field(json, "forwardSeconds", number, sizeof number) ? strtoull(number, NULL, 10) * 1000 : 0;
    mrpc_service.forwards = forward > 0;
    mrpc_service.life = MRPC_GONE;
    mover = -1;
    mrpc_state_forget_ahead();
    mrpc_service.end = mrpc_now() + (forward > LINGER_MS ? forward : LINGER_MS);
    /* Clients that only know this host come by its portmapper, for as long as their calls are passed on. */
    if (!mrpc_service.forwards)
        mrpc_unregister_all();
    return NULL;
}

static const char *leave(void)
{
    if (mrpc_service.life != MRPC_GONE && mrpc_service.life != MRPC_HELD)
        return wrong("leave");
    mrpc_service.end = mrpc_now();
    return NULL;
}

static const char *serve_on_if(const char *json)
{
    char path[sizeof decision];
    if (field(json, "decisionPath", path, sizeof path) && strcmp(path, decision) != 0)
        return NULL; /* another move than the one it is in */
    if (mrpc_service.life != MRPC_SERVING && mrpc_service.life != MRPC_DRAINED)
        return wrong("serve on");
    serve_on();
    return NULL;
}

/* False: the connection is of no more use. */
static bool obey(int fd)
{
    static char json[COMMAND_MOST];
    enum frame_kind kind;
    uint32_t length;
    char verb[32];
    struct reply reply = {0};
    bool broken = false;
    if (!receive_head(fd, &kind, &length) || kind != COMMAND || length >= sizeof json || !receive(fd, json, length))
        return false;
    json[length] = 0;
    if (!field(json, "verb", verb, sizeof verb))
        return false;
    if (strcmp(verb, "warmUp") == 0)
        reply.error = mrpc_service.life != MRPC_HELD ? wrong("warm up")
                      : mrpc_portmapper_answers()    ? NULL
                                                     : "no portmapper answers there: start rpcbind on that host, then move it again";
    else if (strcmp(verb, "saveAhead") == 0)
        reply.error = save_ahead(fd, json, &reply);
    else if (strcmp(verb, "saveRound") == 0)
        send_frame(fd, END, "", 0); /* what changes meanwhile comes with the last */
    else if (strcmp(verb, "drain") == 0)
        reply.error = drain(fd, json, &reply);
    else if (strcmp(verb, "restore") == 0 || strcmp(verb, "restoreDelta") == 0)
        reply.error = restore(fd, strcmp(verb, "restoreDelta") == 0, &reply, &broken);
    else if (strcmp(verb, "activate") == 0)
        reply.error = activate();
    else if (strcmp(verb, "serveOn") == 0)
        reply.error = serve_on_if(json);
    else if (strcmp(verb, "moved") == 0)
        reply.error = moved(json);
    else if (strcmp(verb, "leave") == 0)
        reply.error = leave();
    else if (strcmp(verb, "hello") != 0 && strcmp(verb, "finishStreams") != 0 && strcmp(verb, "awaitCalls") != 0)
        /* No procedure runs when a command is obeyed: there are no calls to wait for. */
        reply.error = wrong(verb);
    if (reply.error != NULL && fd == mover) {
        /* The move is given up. */
        const char *said = reply.error;
        serve_on();
        reply.error = said;
    }
    return !broken && answer(fd, &reply);
}

/* A connection has ended. If a move was begun by it the daemon is gone: unless it has decided that the service moves, the instance
 * decides that it serves on. */
static void decide_alone(int fd)
{
    char decided[32] = "";
    if (fd != mover)
        return;
    mover = -1;
    if (mrpc_service.life == MRPC_DRAINED && decision[0] != 0) {
        if (symlink("serve-on", decision) == 0)
            strcpy(decided, "serve-on");
        else if (readlink(decision, decided, sizeof decided - 1) == -1)
            fprintf(stderr, "mrpc: the daemon was lost during a move, and nothing could be decided; calls are held until it is back: %s\n", strerror(errno));
        if (strcmp(decided, "serve-on") != 0)
            return;
    }
    serve_on();
}

static void drop(int fd)
{
    for (unsigned i = 0; i < connection_count; i++)
        if (connections[i] == fd)
            connections[i--] = connections[--connection_count];
    decide_alone(fd);
    close(fd);
}

static void let_in(void)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    struct timeval patience = {.tv_sec = PATIENCE_S};
    if (fd == -1)
        return;
    if (connection_count == MRPC_CONTROL_MOST) {
        close(fd);
        return;
    }
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    connections[connection_count++] = fd;
}

void mrpc_control_serve(const struct pollfd *fds, unsigned count)
{
    for (unsigned i = 1; i < count; i++)
        if (fds[i].revents != 0 && !obey(fds[i].fd))
            drop(fds[i].fd);
    if (fds[0].revents != 0)
        let_in();
}
