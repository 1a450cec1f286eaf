// Reads keys up to a q from a terminal in raw mode, as an editor does; writes them to $LAW_DIR/keys, and the size of its window,
// as it was told of it, to $LAW_DIR/window.
#include "../law.h"
#include <sys/ioctl.h>
#include <termios.h>

static volatile sig_atomic_t changed;

static void on_change(int number) { changed = number; }

static void write_file(const char *name, const char *text)
{
    int fd = MUST(open(law_path("new"), O_CREAT | O_TRUNC | O_WRONLY, 0644));
    MUST(write(fd, text, strlen(text)));
    MUST(close(fd));
    char made[1024];
    snprintf(made, sizeof made, "%s", law_path(name));
    MUST(rename(law_path("new"), made));
}

int main(void)
{
    law_begin();
    struct termios mode;
    MUST(tcgetattr(0, &mode));
    cfmakeraw(&mode);
    MUST(tcsetattr(0, TCSANOW, &mode));
    struct sigaction action = { .sa_handler = on_change };
    MUST(sigaction(SIGWINCH, &action, NULL));
    law_create("ready");
    char keys[64] = "", text[32];
    for (int count = 0; count < 60;) {
        long got = read(0, keys + count, 1);
        if (changed) {
            struct winsize size;
            MUST(ioctl(0, TIOCGWINSZ, &size));
            snprintf(text, sizeof text, "%dx%d", size.ws_row, size.ws_col);
            write_file("window", text);
            changed = 0;
        }
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return 3;
        write_file("keys", keys);
        if (keys[count++] == 'q') return 0;
    }
    return 4;
}
