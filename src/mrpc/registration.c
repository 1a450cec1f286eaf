/* The programs of the server, and the portmapper of its host. While an instance is held its programs are another's, so nothing is
 * registered before it serves. */
#include "server.h"

#include <netinet/in.h>
#include <rpc/pmap_clnt.h>
#include <rpc/rpcb_clnt.h>
#include <netconfig.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST 64
#define PORTMAPPER_PORT 111

static struct registration {
    SVCXPRT *transport;
    rpcprog_t program;
    rpcvers_t version;
    mrpc_dispatch dispatch;
    int protocol;   /* of svc_register; 0: by netid */
    char netid[16]; /* of svc_reg */
} registrations[MOST];
static unsigned count;

static bool remember(SVCXPRT *transport, rpcprog_t program, rpcvers_t version, mrpc_dispatch dispatch, int protocol, const char *netid)
{
    if (count == MOST) {
        fprintf(stderr, "mrpc: more than %d programs are registered\n", MOST);
        return false;
    }
    struct registration *one = &registrations[count++];
    *one = (struct registration){transport, program, version, dispatch, protocol, ""};
    snprintf(one->netid, sizeof one->netid, "%s", netid);
    return true;
}

mrpc_dispatch mrpc_find_dispatch(rpcprog_t program, rpcvers_t version)
{
    for (unsigned i = 0; i < count; i++)
        if (registrations[i].program == program && registrations[i].version == version)
            return registrations[i].dispatch;
    return NULL;
}

static bool registers(const struct registration *one)
{
    if (one->netid[0] == 0)
        return one->protocol == 0 || pmap_set(one->program, one->version, one->protocol, one->transport->xp_port);
    struct netconfig *network = getnetconfigent(one->netid);
    bool done = network != NULL && rpcb_set(one->program, one->version, network, &one->transport->xp_ltaddr);
    if (network != NULL)
        freenetconfigent(network);
    return done;
}

/* Without asking it anything: a connection is enough to know that it is there. */
bool mrpc_portmapper_answers(void)
{
    struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/run/rpcbind.sock"};
    struct sockaddr_in network = {.sin_family = AF_INET, .sin_port = htons(PORTMAPPER_PORT), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers = fd != -1 && connect(fd, (struct sockaddr *)&local, sizeof local) == 0;
    close(fd);
    if (answers)
        return true;
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    answers = fd != -1 && connect(fd, (struct sockaddr *)&network, sizeof network) == 0;
    close(fd);
    return answers;
}

bool mrpc_register_all(void)
{
    bool all = true;
    for (unsigned i = 0; i < count; i++) {
        bool first = true;
        for (unsigned j = 0; j < i && first; j++)
            first = registrations[j].program != registrations[i].program || registrations[j].version != registrations[i].version;
        if (first) /* what an instance that was killed has left there */
            __real_pmap_unset(registrations[i].program, registrations[i].version);
    }
    for (unsigned i = 0; i < count; i++)
        all = registers(&registrations[i]) && all;
    mrpc_service.unregistered = !all;
    return all;
}

void mrpc_unregister_all(void)
{
    for (unsigned i = 0; i < count; i++) {
        const struct registration *one = &registrations[i];
        struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int protocol = one->protocol != 0 ? one->protocol : strncmp(one->netid, "tcp", 3) == 0 ? IPPROTO_TCP : IPPROTO_UDP;
        /* Two instances on one machine have one portmapper: what is the other's by now stays. */
        if (mrpc_portmapper_answers() && pmap_getport(&here, one->program, one->version, protocol) == one->transport->xp_port)
            __real_pmap_unset(one->program, one->version);
    }
}

bool_t __wrap_svc_register(SVCXPRT *transport, rpcprog_t program, rpcvers_t version, mrpc_dispatch dispatch, int protocol)
{
    mrpc_service_prepare();
    if (mrpc_service.control == NULL)
        return __real_svc_register(transport, program, version, mrpc_handle, protocol) &&
               remember(transport, program, version, dispatch, protocol, "");
    return __real_svc_register(transport, program, version, mrpc_handle, 0) && remember(transport, program, version, dispatch, protocol, "");
}

bool_t __wrap_svc_reg(SVCXPRT *transport, rpcprog_t program, rpcvers_t version, mrpc_dispatch dispatch, const struct netconfig *network)
{
    mrpc_service_prepare();
    const struct netconfig *now = mrpc_service.control == NULL ? network : NULL;
    return __real_svc_reg(transport, program, version, mrpc_handle, now) &&
           remember(transport, program, version, dispatch, 0, network == NULL ? "" : network->nc_netid);
}

/* As rpc_svc_create(3) has them; here since libtirpc's own call svc_reg past the linker. */
SVCXPRT *__wrap_svc_tp_create(mrpc_dispatch dispatch, rpcprog_t program, rpcvers_t version, const struct netconfig *network)
{
    SVCXPRT *transport = network == NULL ? NULL : svc_tli_create(RPC_ANYFD, network, NULL, 0, 0);
    if (transport == NULL)
        return NULL;
    __wrap_rpcb_unset(program, version, network);
    if (__wrap_svc_reg(transport, program, version, dispatch, network))
        return transport;
    SVC_DESTROY(transport);
    return NULL;
}

int __wrap_svc_create(mrpc_dispatch dispatch, rpcprog_t program, rpcvers_t version, const char *nettype)
{
    int made = 0;
    void *all = setnetconfig();
    struct netconfig *network;
    while (all != NULL && (network = getnetconfig(all)) != NULL) {
        bool visible = (network->nc_flag & NC_VISIBLE) != 0;
        bool udp = strcmp(network->nc_proto, NC_UDP) == 0, tcp = strcmp(network->nc_proto, NC_TCP) == 0;
        bool wanted = nettype == NULL || strcmp(nettype, "netpath") == 0 || strcmp(nettype, "visible") == 0 ? visible && (udp || tcp)
                      : strstr(nettype, "datagram") != NULL || strcmp(nettype, "udp") == 0 ? udp
                      : strstr(nettype, "circuit") != NULL || strcmp(nettype, "tcp") == 0  ? tcp
                                                                                           : strcmp(nettype, network->nc_netid) == 0;
        if (wanted && __wrap_svc_tp_create(dispatch, program, version, network) != NULL)
            made++;
    }
    if (all != NULL)
        endnetconfig(all);
    return made;
}

/* The main that rpcgen makes begins with it: the entry that it means is its own only in an ordinary server. */
bool_t __wrap_pmap_unset(unsigned long program, unsigned long version)
{
    mrpc_service_prepare();
    return mrpc_service.control != NULL ? TRUE : __real_pmap_unset(program, version);
}

bool_t __wrap_rpcb_unset(rpcprog_t program, rpcvers_t version, const struct netconfig *network)
{
    mrpc_service_prepare();
    return mrpc_service.control != NULL ? TRUE : __real_rpcb_unset(program, version, network);
}
