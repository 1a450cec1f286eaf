// Starts a program for the runner and keeps its exit status, so that the program is nobody's child who could mind:
//     spawn RECORD UID LEADER INPUT OUTPUT ERRORS PROGRAM ARGS…
// RECORD.pid gets the pid once the program runs, RECORD.status "exit N" or "killed N" once it is over.
// UID - leaves the user as it is. LEADER: session, group or none. Files are opened, never pipes: a pipe to the runner
// would be one to outside the process.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
    dprintf(2, "spawn: %s: %s\n", what, strerror(errno));
    _exit(126);
}

static void record(const char *base, const char *kind, const char *text)
{
    char path[4096], made[4096];
    snprintf(path, sizeof path, "%s.%s.new", base, kind);
    snprintf(made, sizeof made, "%s.%s", base, kind);
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, text, strlen(text)) < 0 || close(fd) < 0 || rename(path, made) < 0) fail(made);
}

static void stream(int number, const char *path, int flags)
{
    int fd = open(path, flags, 0644);
    if (fd < 0 || dup2(fd, number) < 0) fail(path);
    if (fd != number) close(fd);
}

int main(int argc, char **argv)
{
    if (argc < 8) { dprintf(2, "usage: spawn RECORD UID LEADER INPUT OUTPUT ERRORS PROGRAM ARGS…\n"); return 2; }
    char text[64];
    int gate[2];
    if (pipe2(gate, O_CLOEXEC) < 0) fail("pipe");
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        char byte;
        if (read(gate[0], &byte, 1) != 1) _exit(126);
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        for (int number = 1; number < 65; number++) signal(number, SIG_DFL);
        if (strcmp(argv[3], "session") == 0 && setsid() < 0) fail("setsid");
        if (strcmp(argv[3], "group") == 0 && setpgid(0, 0) < 0) fail("setpgid");
        if (strcmp(argv[2], "-") != 0) {
            uid_t id = (uid_t)atoi(argv[2]);
            if (setgroups(0, NULL) < 0 || setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0) fail("setresuid");
        }
        stream(0, argv[4], O_RDONLY);
        stream(1, argv[5], O_CREAT | O_WRONLY);
        stream(2, argv[6], O_CREAT | O_WRONLY);
        close_range(3, ~0U, 0);
        // The runner has just copied the program, and a child that it forked meanwhile may have that file open until its own exec.
        for (int tries = 0; tries < 10000; tries++) {
            execv(argv[7], argv + 7);
            if (errno != ETXTBSY) break;
            usleep(1000);
        }
        fail(argv[7]);
    }
    snprintf(text, sizeof text, "%d\n", child);
    record(argv[1], "pid", text);
    if (write(gate[1], "x", 1) != 1) fail("gate");
    int status;
    while (waitpid(child, &status, 0) < 0) if (errno != EINTR) fail("waitpid");
    if (WIFEXITED(status)) snprintf(text, sizeof text, "exit %d\n", WEXITSTATUS(status));
    else snprintf(text, sizeof text, "killed %d\n", WTERMSIG(status));
    record(argv[1], "status", text);
    return 0;
}
