/* Short conversations with the local daemon: HTTP/1.1 over its unix socket, one connection for each. */
#define _GNU_SOURCE
#include "mailbox.h"
#include "pms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_S 5

/* As the daemon itself chooses its home: src/Yadokari.Daemon/Hosting/HomeDirectory.cs. */
static int socket_path(char *path, size_t size)
{
    const char *home = getenv("YADO_HOME");
    const char *state = getenv("XDG_STATE_HOME");
    const char *user = getenv("HOME");
    int length;
    if (pms_box->socket[0] != 0 && atomic_load(&pms_box->told) == atomic_load(&pms_box->moves))
        length = snprintf(path, size, "%.*s", (int)sizeof pms_box->socket, pms_box->socket);
    else if (home != NULL && home[0] != 0)
        length = snprintf(path, size, "%s/daemon.sock", home);
    else if (geteuid() == 0)
        length = snprintf(path, size, "/var/lib/yadokari/daemon.sock");
    else if (state != NULL && state[0] != 0)
        length = snprintf(path, size, "%s/yadokari/daemon.sock", state);
    else
        length = snprintf(path, size, "%s/.local/state/yadokari/daemon.sock", user != NULL ? user : "");
    return length > 0 && (size_t)length < size ? 0 : -1;
}

static int connect_daemon(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (socket_path(address.sun_path, sizeof address.sun_path) == -1)
        return -1;
    int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection == -1)
        return -1;
    struct timeval patience = {.tv_sec = PATIENCE_S};
    setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (connect(connection, (struct sockaddr *)&address, sizeof address) == -1) {
        if (errno != EINTR) {
            close(connection);
            return -1;
        }
    }
    return connection;
}

static int send_all(int connection, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = send(connection, text, length, MSG_NOSIGNAL);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent <= 0)
            return -1;
        text += sent;
        length -= (size_t)sent;
    }
    return 0;
}

/* Who listens there. A daemon closes at once on a user whom it does not serve. */
static uid_t owner_of(int connection)
{
    struct ucred peer = {.uid = geteuid()};
    socklen_t size = sizeof peer;
    getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    return peer.uid;
}

static int converse(const char *route, const char *body, char *answer, unsigned size)
{
    char text[16384];
    int connection = connect_daemon();
    if (connection == -1)
        return pms_fail(ENOTCONN, "no yado daemon answers on this host: 'yado host' starts one");
    uid_t owner = owner_of(connection);
    if (owner != 0 && owner != geteuid()) {
        /* The path comes from the environment, which may be another user's. */
        close(connection);
        return pms_fail(EPERM, "the daemon there is another user's: nothing is said to it");
    }
    int length = snprintf(text, sizeof text,
                          "POST %s HTTP/1.1\r\nHost: yado\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                          route, strlen(body), body);
    if (length < 0 || (size_t)length >= sizeof text) {
        close(connection);
        return pms_fail(ENAMETOOLONG, "the request is too long");
    }
    int sent = send_all(connection, text, (size_t)length);
    size_t got = 0;
    while (sent == 0 && got < sizeof text - 1) {
        ssize_t count = recv(connection, text + got, sizeof text - 1 - got, 0);
        if (count == -1 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        got += (size_t)count;
    }
    close(connection);
    text[got] = 0;
    int status = 0;
    char *end = strstr(text, "\r\n\r\n");
    if (got == 0 && owner != geteuid())
        return pms_fail(EPERM, "the daemon does not speak with this user");
    if (end == NULL || sscanf(text, "HTTP/1.%*1d %3d", &status) != 1)
        return pms_fail(ECONNABORTED, "the daemon went away in the middle of a call");
    snprintf(answer, size, "%s", end + 4);
    return status;
}

int pms_call(const char *route, const char *body, char *answer, unsigned size)
{
    int mine = pms_depth == 0 && !pms_in_callback;
    if (mine)
        pms_enter();
    int status = converse(route, body, answer, size);
    int error = errno;
    if (mine)
        pms_leave();
    errno = error;
    return status;
}

int pms_json_string(const char *json, const char *field, char *value, unsigned size)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"%s\":\"", field);
    const char *at = strstr(json, wanted);
    if (at == NULL)
        return -1;
    unsigned length = 0;
    for (at += strlen(wanted); *at != 0 && *at != '"' && length + 1 < size; at++) {
        char c = *at;
        if (c == '\\' && at[1] == 'u' && strnlen(at, 6) == 6) {
            char digits[5] = {at[2], at[3], at[4], at[5], 0};
            unsigned long code = strtoul(digits, NULL, 16);
            c = code < 128 ? (char)code : '?';
            at += 5;
        } else if (c == '\\' && at[1] != 0) {
            at++;
            c = *at == 'n' || *at == 'r' || *at == 't' ? ' ' : *at;
        }
        value[length++] = c;
    }
    value[length] = 0;
    return 0;
}

char *pms_json_quote(char *at, const char *end, const char *text)
{
    if (at + 2 >= end)
        return NULL;
    *at++ = '"';
    for (; *text != 0; text++) {
        if (at + 8 >= end)
            return NULL;
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\' || c < 0x20)
            at += sprintf(at, "\\u%04x", c);
        else
            *at++ = (char)c;
    }
    *at++ = '"';
    *at = 0;
    return at;
}

/* What the daemon said, as errno and one line. */
static int refused(const char *answer, int error)
{
    char line[sizeof pms_message];
    if (pms_json_string(answer, "error", line, sizeof line) == -1)
        snprintf(line, sizeof line, "the daemon refuses without a reason");
    return pms_fail(error, line);
}

static int make_known(const char *name)
{
    char body[1024], answer[8192];
    char *end = body + sprintf(body, "{\"mailbox\":%llu", (unsigned long long)(uintptr_t)pms_box);
    if (name != NULL) {
        end += sprintf(end, ",\"name\":");
        end = pms_json_quote(end, body + sizeof body - 2, name);
        if (end == NULL)
            return pms_fail(ENAMETOOLONG, "the name of the job is too long");
    }
    strcpy(end, "}");
    int status = pms_call("/v1/program/register", body, answer, sizeof answer);
    if (status == -1)
        return -1;
    /* Where this runs is written by the daemon itself, which knows the mailbox now. */
    return status == 200 ? 0 : refused(answer, status == 404 ? ENOTCONN : status == 400 ? EINVAL : EBUSY);
}

int pms_register(const char *name)
{
    char known[sizeof pms_box->job];
    pms_prepare();
    /* What an earlier daemon called this job, the next one does too, if it can. */
    memcpy(known, pms_box->job, sizeof known);
    known[sizeof known - 1] = 0;
    if (name == NULL && known[0] != 0 && make_known(known) == 0)
        return 0;
    return make_known(name);
}

static int wait_for_outcome(void)
{
    uint64_t start = pms_start_time();
    uint32_t beat = atomic_load(&pms_box->beat);
    unsigned silent = 0, looks = 0;
    for (;;) {
        int32_t outcome = atomic_load(&pms_box->outcome);
        if (outcome == 1)
            return PMS_CONTINUED;
        if (outcome < 0)
            return pms_fail(-outcome, pms_box->message);
        if (++looks % 10 == 0 && pms_start_time() != start) {
            pms_message[0] = 0;
            return PMS_RESUMED;
        }
        pms_nap(1);
        uint32_t now = atomic_load(&pms_box->beat);
        silent = now == beat ? silent + 1 : 0;
        beat = now;
        /* pms_request_stands() gives a silent daemon up after 3 s; it must not find a request of one that is gone. */
        if (silent >= 5000)
            return pms_fail(ECONNABORTED, "the daemon went away in the middle of a checkpoint");
    }
}

int pms_checkpoint(const char *path)
{
    char full[4096], body[12288], answer[8192];
    pms_prepare();
    if (path == NULL || path[0] == 0)
        return pms_fail(EINVAL, "no path is given");
    if (pms_depth > 0)
        return pms_fail(EDEADLK, "this thread holds the process in place: release it first");
    if (pms_in_callback)
        return pms_fail(EDEADLK, "a capture waits for this callback");
    char *directory = path[0] == '/' ? NULL : getcwd(NULL, 0);
    if (path[0] != '/' && directory == NULL)
        return pms_fail(errno, "the working directory can't be told");
    int length = snprintf(full, sizeof full, "%s%s%s", directory ? directory : "", directory ? "/" : "", path);
    free(directory);
    if (length < 0 || (size_t)length >= sizeof full)
        return pms_fail(ENAMETOOLONG, "the path is too long");

    uint32_t number = atomic_fetch_add(&pms_box->checkpoint, 1) + 1;
    atomic_store(&pms_box->outcome, 0);
    char *end = body + sprintf(body, "{\"number\":%u,\"path\":", number);
    end = pms_json_quote(end, body + sizeof body - 2, full);
    if (end == NULL)
        return pms_fail(ENAMETOOLONG, "the path is too long");
    strcpy(end, "}");
    int status = pms_call("/v1/program/checkpoint", body, answer, sizeof answer);
    if (status == 404 && pms_register(NULL) == 0) /* a daemon that does not know this process yet */
        status = pms_call("/v1/program/checkpoint", body, answer, sizeof answer);
    if (status == -1)
        return -1;
    return status == 200 ? wait_for_outcome() : refused(answer, status == 400 ? EINVAL : status == 404 ? ENOTCONN : EBUSY);
}
