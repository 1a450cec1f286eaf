/* For LD_PRELOAD into a server: every 37th reply is lost, a datagram by not being sent, a stream by being cut off before it.
 * With LOSE_FIRST in the environment the very first of a stream as well. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int is_lost(int fd, int type)
{
    static unsigned count;
    static int begun;
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    int actual = 0;
    socklen_t length = sizeof actual;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &actual, &length) == -1 || actual != type || getsockname(fd, (struct sockaddr *)&address, &size) == -1 ||
        address.sin_family != AF_INET)
        return 0;
    if (type == SOCK_STREAM && !begun++ && getenv("LOSE_FIRST") != NULL)
        return 1;
    return ++count % 37 == 0;
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    static ssize_t (*real)(int, const struct msghdr *, int);
    if (real == NULL)
        real = (ssize_t(*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");
    if (is_lost(fd, SOCK_DGRAM))
        return (ssize_t)message->msg_iov[0].iov_len;
    return real(fd, message, flags);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (real == NULL)
        real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (is_lost(fd, SOCK_STREAM)) {
        shutdown(fd, SHUT_RDWR);
        return (ssize_t)size;
    }
    return real(fd, bytes, size);
}
