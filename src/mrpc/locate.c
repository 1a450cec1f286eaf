/* Where a service is, as the daemon of this host knows: GET /v1/services/NAME on its unix socket. */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_S 3

/* As the daemon itself chooses its home. */
static bool_t socket_path(char *path, size_t size)
{
    const char *home = getenv("YADO_HOME"), *state = getenv("XDG_STATE_HOME"), *user = getenv("HOME");
    int length = home != NULL && home[0] != 0     ? snprintf(path, size, "%s/daemon.sock", home)
                 : geteuid() == 0                 ? snprintf(path, size, "/var/lib/yadokari/daemon.sock")
                 : state != NULL && state[0] != 0 ? snprintf(path, size, "%s/yadokari/daemon.sock", state)
                                                  : snprintf(path, size, "%s/.local/state/yadokari/daemon.sock", user == NULL ? "" : user);
    return length > 0 && (size_t)length < size;
}

/* The path comes from the environment: what answers there is believed when it is this user's or root's. */
static bool_t is_trusted(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == 0 || peer.uid == geteuid());
}

static bool_t converse(const char *request, char *answer, size_t size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    size_t got = 0;
    if (!socket_path(address.sun_path, sizeof address.sun_path))
        return FALSE;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd == -1)
        return FALSE;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    bool_t sent = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && is_trusted(fd) &&
                  send(fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request);
    while (sent && got < size - 1) {
        ssize_t count = recv(fd, answer + got, size - 1 - got, 0);
        if (count == -1 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        got += (size_t)count;
    }
    close(fd);
    answer[got] = 0;
    return got > 0;
}

bool_t mrpc_ask_daemon(const char *service, char *host, size_t size, uint32_t *epoch)
{
    char request[512], answer[4096], name[3 * MRPC_NAME_BYTES + 1];
    size_t length = 0;
    for (const char *at = service; *at != 0 && length + 4 < sizeof name; at++)
        length += (size_t)sprintf(name + length, strchr("-_.~", *at) != NULL || (*at >= '0' && *at <= '9') || ((*at | 32) >= 'a' && (*at | 32) <= 'z') ? "%c" : "%%%02X",
                                  (unsigned char)*at);
    snprintf(request, sizeof request, "GET /v1/services/%s HTTP/1.1\r\nHost: yado\r\nConnection: close\r\n\r\n", name);
    if (!converse(request, answer, sizeof answer) || strncmp(answer, "HTTP/1.1 200", 12) != 0)
        return FALSE;
    const char *at = strstr(answer, "\"address\":\""), *counted = strstr(answer, "\"epoch\":");
    if (at == NULL || counted == NULL)
        return FALSE;
    at += strlen("\"address\":\"");
    int end = (int)strcspn(at, ":\"");
    *epoch = (uint32_t)strtoul(counted + strlen("\"epoch\":"), NULL, 10);
    return end > 0 && snprintf(host, size, "%.*s", end, at) < (int)size;
}
