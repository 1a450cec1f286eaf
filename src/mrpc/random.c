#include "server.h"

#include <stdlib.h>
#include <sys/random.h>

void mrpc_random(void *to, size_t size)
{
    /* Ids and keys that can be guessed are worth nothing. */
    if (getrandom(to, size, 0) != (ssize_t)size)
        abort();
}
