/* What the files of the client's half share. */
#ifndef MRPC_CLIENT_H
#define MRPC_CLIENT_H

#include "server.h"

/* Asks the daemon of this host where a service is; FALSE: there is none, or it does not know. */
bool_t mrpc_ask_daemon(const char *service, char *host, size_t size, uint32_t *epoch);
#endif
