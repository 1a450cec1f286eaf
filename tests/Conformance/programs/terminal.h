// What programs with pseudoterminals ask.
#pragma once
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <termios.h>

__attribute__((unused)) static int terminal_number(int master)
{
    int number = -1;
    ioctl(master, TIOCGPTN, &number);
    return number;
}

__attribute__((unused)) static void terminal_write(int fd, const char *bytes, int length)
{
    while (length > 0) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) { law_say("set-up failed: ", __FILE__, __LINE__, "write: %s", strerror(errno)); _exit(2); }
        bytes += n;
        length -= n;
    }
}

__attribute__((unused)) static bool terminal_is_ready(int fd)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };
    return poll(&one, 1, 0) == 1 && (one.revents & POLLIN);
}

// What one read(2) gives, within ten seconds.
__attribute__((unused)) static const char *terminal_read_once(int fd)
{
    static char text[8192];
    struct pollfd one = { .fd = fd, .events = POLLIN };
    if (poll(&one, 1, 10000) != 1) return "(nothing comes)";
    ssize_t n = read(fd, text, sizeof text - 1);
    if (n < 0) return strerror(errno);
    text[n] = 0;
    return text;
}

// So many bytes.
__attribute__((unused)) static const char *terminal_read(int fd, int length)
{
    static char text[65536];
    int got = 0;
    while (got < length) {
        struct pollfd one = { .fd = fd, .events = POLLIN };
        if (poll(&one, 1, 10000) != 1) break;
        ssize_t n = read(fd, text + got, length - got);
        if (n <= 0) break;
        got += n;
    }
    text[got] = 0;
    return text;
}

// The kernel's struct termios, as text; two can be kept.
__attribute__((unused)) static const char *terminal_settings(int fd)
{
    static char text[2][128];
    static int turn;
    unsigned char settings[36] = { 0 };
    char *at = text[turn ^= 1];
    ioctl(fd, TCGETS, settings);
    for (int i = 0; i < 36; i++) sprintf(at + 2 * i, "%02x", settings[i]);
    return at;
}
