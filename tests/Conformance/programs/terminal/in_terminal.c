// Runs a program in a terminal of its own, for the runner: in_terminal RECORD ROWS COLUMNS PROGRAM ARGS…
// RECORD.child gets the program's pid. A file RECORD.keys is typed and removed. RECORD.mode tells the terminal's mode as it is
// now: "cooked" or "raw". Ends as the program ends.
#include "../law.h"
#include <poll.h>
#include <pty.h>
#include <termios.h>

static char *record;

static const char *name(const char *kind)
{
    static char path[1024];
    snprintf(path, sizeof path, "%s.%s", record, kind);
    return path;
}

static void tell(const char *kind, const char *text)
{
    char made[1024];
    snprintf(made, sizeof made, "%s", name(kind));
    int fd = MUST(open(name("new"), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644));
    MUST(write(fd, text, strlen(text)));
    MUST(close(fd));
    MUST(rename(name("new"), made));
}

int main(int argc, char **argv)
{
    if (argc < 5) return 2;
    record = argv[1];
    struct winsize size = { atoi(argv[2]), atoi(argv[3]), 0, 0 };
    int master, status;
    pid_t child = MUST(forkpty(&master, NULL, NULL, &size));
    if (child == 0) { execv(argv[4], argv + 4); _exit(126); }
    char text[4096];
    snprintf(text, sizeof text, "%d\n", child);
    tell("child", text);
    bool raw = false;
    tell("mode", "cooked");
    while (waitpid(child, &status, WNOHANG) == 0) {
        struct pollfd entry = { master, POLLIN, 0 };
        if (poll(&entry, 1, 5) == 1 && read(master, text, sizeof text) <= 0) law_sleep_ms(5);
        struct termios mode;
        if (tcgetattr(master, &mode) == 0) {
            bool now = !(mode.c_lflag & (ICANON | ECHO | ISIG));
            if (now != raw) tell("mode", (raw = now) ? "raw" : "cooked");
        }
        int keys = open(name("keys"), O_RDONLY);
        if (keys >= 0) {
            long got = read(keys, text, sizeof text);
            close(keys);
            unlink(name("keys"));
            if (got > 0) MUST(write(master, text, got));
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
