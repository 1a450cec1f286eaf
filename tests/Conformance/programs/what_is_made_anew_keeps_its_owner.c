// Pipes, memory files, removed files, sockets and their files belong to whom they belonged, whoever resumes.
// law: root
#include "law.h"
#include <grp.h>
#include <sys/socket.h>
#include <sys/un.h>

enum { ROOTS_MEMORY, PIPE, MEMORY, CLOSED_MEMORY, UNNAMED, REMOVED, LISTENER, PAIR, COUNT };

int main(void)
{
    law_begin();
    MUST(chmod(law_directory, 0777));
    int fds[COUNT], ends[2];
    fds[ROOTS_MEMORY] = MUST(memfd_create("roots", 0));
    MUST(fchmod(fds[ROOTS_MEMORY], 0640));
    MUST(setgroups(0, NULL));
    MUST(setresgid(4321, 4321, 4321));
    MUST(setresuid(1991, 1991, 1991));
    MUST(prctl(PR_SET_DUMPABLE, 1));
    MUST(pipe(ends));
    fds[PIPE] = ends[0];
    MUST(fchmod(ends[0], 0620));
    fds[MEMORY] = MUST(memfd_create("m", 0));
    MUST(fchmod(fds[MEMORY], 0600));
    fds[CLOSED_MEMORY] = MUST(memfd_create("closed", 0));
    MUST(fchmod(fds[CLOSED_MEMORY], 0));
    fds[UNNAMED] = MUST(open(law_directory, O_TMPFILE | O_RDWR, 0600));
    fds[REMOVED] = MUST(open(law_path("removed"), O_RDWR | O_CREAT, 0640));
    MUST(unlink(law_path("removed")));
    struct sockaddr_un address = { AF_UNIX, "" };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", law_path("l.sock"));
    fds[LISTENER] = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(bind(fds[LISTENER], (struct sockaddr *)&address, sizeof address));
    MUST(listen(fds[LISTENER], 5));
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    fds[PAIR] = ends[0];
    struct stat before[COUNT], after, file, file_after;
    for (int i = 0; i < COUNT; i++) MUST(fstat(fds[i], &before[i]));
    MUST(stat(address.sun_path, &file));
    law_move();
    for (int i = 0; i < COUNT; i++) {
        MUST(fstat(fds[i], &after));
        SAME(before[i].st_uid, after.st_uid);
        SAME(before[i].st_gid, after.st_gid);
        SAME(before[i].st_mode, after.st_mode);
    }
    MUST(stat(address.sun_path, &file_after));
    SAME(file.st_uid, file_after.st_uid);
    SAME(file.st_gid, file_after.st_gid);
    SAME(file.st_mode, file_after.st_mode);
    // As shells and tools do with /dev/fd/N.
    for (int i = PIPE; i <= REMOVED; i++) {
        char path[40];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fds[i]);
        int again = open(path, O_RDONLY | O_NONBLOCK);
        HOLDS((again >= 0) == (i != CLOSED_MEMORY));
    }
    struct ucred peer;
    socklen_t length = sizeof peer;
    int client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    MUST(connect(client, (struct sockaddr *)&address, sizeof address));
    MUST(getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &length));
    SAME(1991, peer.uid);
    SAME(4321, peer.gid);
    SAME(getpid(), peer.pid);
    return law_verdict();
}
