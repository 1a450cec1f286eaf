// A listener whose file was removed, and another one bound to the same path since, both come back: clients reach the second.
#include "law.h"
#include <sys/socket.h>
#include <sys/un.h>

int main(void)
{
    law_begin();
    MUST(chdir(law_directory));
    struct sockaddr_un address = { AF_UNIX, "listen.sock" }, own;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", law_path("l.sock"));
    int fds[3];
    // The newest has the lowest number, so that the order of numbers is the wrong one.
    int low = MUST(open("/dev/null", O_RDONLY));
    for (int i = 0; i < 3; i++) {
        unlink(address.sun_path);
        fds[i] = MUST(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
        MUST(bind(fds[i], (struct sockaddr *)&address, sizeof address));
        if (i != 1) MUST(listen(fds[i], i + 2));
    }
    MUST(dup2(fds[2], low));
    MUST(close(fds[2]));
    fds[2] = low;
    MUST(chmod(address.sun_path, 0640));
    law_move();
    for (int i = 0; i < 3; i++) {
        socklen_t length = sizeof own;
        MUST(getsockname(fds[i], (struct sockaddr *)&own, &length));
        SAME_TEXT(address.sun_path, own.sun_path);
    }
    struct stat status;
    MUST(stat(address.sun_path, &status));
    SAME(0640, status.st_mode & 07777);
    int client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    SAME(0, connect(client, (struct sockaddr *)&address, sizeof address));
    HOLDS(accept(fds[0], NULL, NULL) == -1 && errno == EAGAIN);
    HOLDS(accept(fds[2], NULL, NULL) >= 0);
    return law_verdict();
}
