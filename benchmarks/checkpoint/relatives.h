/* What the measured program starts: shells in a row, each between two pipes, and children that share its memory. */
#ifndef RELATIVES_H
#define RELATIVES_H
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int shells, children;
static int first = -1, last_end = -1; /* where numbers go in, and come out */
static int let_go = -1;               /* closed: the children look at their memory and end */
static long sent, come;

static int is_ended_well(void)
{
    int status;
    return wait(&status) > 0 && status == 0;
}

/* Each ends well when it finds the same sum as its parent. */
static int start_children(int count, const uint64_t *memory, size_t words)
{
    int gate[2];
    uint64_t sum = 0;
    for (size_t i = 0; i < words; i++) sum = sum * 31 + memory[i];
    if (count && pipe2(gate, O_CLOEXEC)) return 0;
    for (; children < count; children++) {
        pid_t pid = fork();
        if (pid < 0) return 0;
        if (pid == 0) {
            char end;
            close(gate[1]);
            while (read(gate[0], &end, 1) < 0 && errno == EINTR) {}
            uint64_t now = 0;
            for (size_t i = 0; i < words; i++) now = now * 31 + memory[i];
            _exit(now != sum);
        }
    }
    if (count) close(gate[0]), let_go = gate[1];
    return 1;
}

static int end_children(void)
{
    int well = 1;
    if (let_go >= 0) close(let_go);
    for (; children > 0; children--) well &= is_ended_well();
    return well;
}

/* What has come is the next number each time. */
static int take_numbers(void)
{
    static char text[4096];
    static size_t length;
    ssize_t got = read(last_end, text + length, sizeof text - length - 1);
    if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR) ? 1 : got == 0 ? -1 : 0;
    length += (size_t)got;
    text[length] = 0;
    char *line = text;
    for (char *end; (end = strchr(line, '\n')); line = end + 1)
        if (strtol(line, 0, 10) != come++) return 0;
    length -= (size_t)(line - text);
    memmove(text, line, length);
    return 1;
}

/* Sends the next one, when the row has room, and takes what has come. */
static int pass_number(void)
{
    char line[32];
    if (!shells) return 1;
    if (sent - come < 50) {
        int length = snprintf(line, sizeof line, "%ld\n", sent);
        if (write(first, line, (size_t)length) == length) sent++;
        else if (errno != EAGAIN) return 0;
    }
    return take_numbers();
}

static int start_shells(int count)
{
    int in = -1;
    for (; shells < count; shells++) {
        int ends[2];
        if (in < 0) {
            if (pipe2(ends, O_CLOEXEC)) return 0;
            in = ends[0], first = ends[1];
        }
        if (pipe2(ends, O_CLOEXEC)) return 0;
        pid_t pid = fork();
        if (pid < 0) return 0;
        if (pid == 0) {
            dup2(in, 0);
            dup2(ends[1], 1);
            execl("/bin/sh", "sh", "-c", "while read -r number; do echo \"$number\"; done", (char *)0);
            _exit(127);
        }
        close(in);
        close(ends[1]);
        in = ends[0];
    }
    if (!shells) return 1;
    last_end = in;
    fcntl(first, F_SETFL, O_NONBLOCK);
    fcntl(last_end, F_SETFL, O_NONBLOCK);
    while (!come) {
        if (!pass_number()) return 0;
        usleep(1000);
    }
    return 1;
}

static int end_shells(void)
{
    int well = 1;
    if (!shells) return 1;
    close(first);
    int more;
    while ((more = take_numbers()) > 0) usleep(1000);
    well = more < 0 && come == sent;
    for (; shells > 0; shells--) well &= is_ended_well();
    return well;
}
#endif
