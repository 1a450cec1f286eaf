/* How this instance is, as its daemon has started it (src/Yadokari.Protocol/Services/ServiceVariables.cs), and its loop. */
#include "server.h"

#include <sys/socket.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REGISTER_AGAIN_MS 500
#define LONGEST_HEARING_MS 10000

struct mrpc_service mrpc_service;

uint64_t mrpc_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static const char *given(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && value[0] != 0 ? value : NULL;
}

void mrpc_service_prepare(void)
{
    static bool prepared;
    if (prepared)
        return;
    prepared = true;
    mrpc_calls_prepare();
    mrpc_service.control = given("YADO_SERVICE_CONTROL");
    mrpc_service.served = given("YADO_SERVICE_SERVED");
    mrpc_service.name = given("YADO_SERVICE");
    const char *epoch = given("YADO_SERVICE_EPOCH"), *listen = given("YADO_SERVICE_LISTEN");
    if (mrpc_service.control == NULL || mrpc_service.served == NULL || mrpc_service.name == NULL || epoch == NULL || listen == NULL) {
        mrpc_service.control = NULL;
        return;
    }
    mrpc_service.epoch = (uint32_t)strtoul(epoch, NULL, 10);
    size_t length = strcspn(listen, ":");
    snprintf(mrpc_service.address, sizeof mrpc_service.address, "%.*s", (int)length, listen);
    if (given("YADO_SERVICE_HELD_FOR") != NULL)
        mrpc_service.life = MRPC_HELD;
}

int mrpc_arriving(void)
{
    mrpc_service_prepare();
    return mrpc_service.life == MRPC_HELD;
}

/* Whoever moves a server must be able to say why it does not start: one line, and the end. */
static void fail(const char *why)
{
    fprintf(stderr, "mrpc: %s\n", why);
    exit(EXIT_FAILURE);
}

static int next_event(void)
{
    if (mrpc_service.unregistered && mrpc_service.life == MRPC_SERVING)
        return REGISTER_AGAIN_MS;
    if (mrpc_service.end == 0)
        return -1;
    uint64_t now = mrpc_now();
    return now >= mrpc_service.end ? 0 : (int)(mrpc_service.end - now);
}

/* Hears the daemon between two procedures. A move is several commands: while a daemon is connected the next one is waited for, at most as
 * long as the last procedure has lasted, so that each does not wait for another procedure. */
static void hear(uint64_t lasted)
{
    struct pollfd asked[MRPC_CONTROL_MOST + 1];
    for (;;) {
        unsigned some = mrpc_control_fds(asked);
        int patience = some > 1 && mrpc_service.life == MRPC_SERVING ? (int)(lasted < LONGEST_HEARING_MS ? lasted : LONGEST_HEARING_MS) : 0;
        if (poll(asked, some, patience) <= 0)
            return;
        mrpc_control_serve(asked, some);
    }
}

/* One round of the loop: first the daemon, so that a move begins as soon as a reply is sent, then one transport. */
static void serve_once(struct pollfd *fds)
{
    unsigned control = mrpc_control_fds(fds);
    bool calls = mrpc_service.life == MRPC_SERVING || mrpc_service.life == MRPC_GONE;
    unsigned count = control;
    for (int i = 0; calls && i < svc_max_pollfd; i++)
        if (svc_pollfd[i].fd >= 0)
            fds[count++] = svc_pollfd[i];
    int ready = poll(fds, count, next_event());
    if (mrpc_service.end != 0 && mrpc_now() >= mrpc_service.end) {
        mrpc_unregister_all();
        exit(EXIT_SUCCESS);
    }
    if (ready == -1 && errno != EINTR)
        fail(strerror(errno));
    if (mrpc_service.unregistered && mrpc_service.life == MRPC_SERVING)
        mrpc_register_all();
    if (ready <= 0)
        return;
    mrpc_control_serve(fds, control);
    for (unsigned i = control; i < count; i++) {
        /* A command that came meanwhile has closed the gate. */
        if (mrpc_service.life != MRPC_SERVING && mrpc_service.life != MRPC_GONE)
            return;
        if (fds[i].revents == 0)
            continue;
        fds[i].revents &= POLLIN | POLLRDNORM | POLLHUP | POLLERR;
        uint64_t begun = mrpc_now();
        /* libtirpc does not tell it, and leaves what an earlier one has written behind this one's end. */
        mrpc_service.datagram = recv(fds[i].fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
        svc_getreq_common(fds[i].fd);
        hear(mrpc_now() - begun);
    }
}

void __wrap_svc_run(void)
{
    struct pollfd *fds = NULL;
    int room = -1;
    mrpc_service_prepare();
    if (mrpc_service.control == NULL) {
        __real_svc_run();
        return;
    }
    if (mrpc_service.life == MRPC_SERVING) {
        if (!mrpc_portmapper_answers())
            fail("no portmapper answers on this host: start rpcbind, then the service again");
        if (!mrpc_register_all())
            fail("the portmapper of this host does not register the service: another user has its programs, or rpcbind takes none from this one");
        if (symlink("served", mrpc_service.served) == -1 && errno != EEXIST)
            fail("the mark that it serves can't be made: is the disk full?");
    }
    if (mrpc_control_open() == -1)
        fail("its daemon's socket can't be listened on");
    for (;;) {
        if (svc_max_pollfd > room || fds == NULL) {
            room = svc_max_pollfd + 64;
            fds = realloc(fds, sizeof *fds * (size_t)(room + MRPC_CONTROL_MOST + 1));
            if (fds == NULL)
                fail("out of memory");
        }
        serve_once(fds);
    }
}
