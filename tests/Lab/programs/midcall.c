/* Asks to be saved while its own callback keeps the daemon waiting, so that a test can end the daemon in the middle of the
 * call; then registers with the next one: midcall DIRECTORY
 * Writes there: asked, when the callback runs; answer, what the call answered; host, where it is, again and again. */
#define _GNU_SOURCE
#include <errno.h>
#include <pms.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int asked;

static void nap(void)
{
    struct timespec time = {.tv_nsec = 5000000};
    nanosleep(&time, NULL);
}

static void write_file(const char *name, const char *text)
{
    char temporary[64];
    snprintf(temporary, sizeof temporary, "%s.new", name);
    FILE *file = pms_fopen(temporary, "w");
    if (file != NULL) {
        fputs(text, file);
        pms_fclose(file);
        rename(temporary, name);
    }
}

static void before(void)
{
    if (asked++ > 0)
        return;
    write_file("asked", "");
    while (access("release", F_OK) != 0)
        nap();
}

int pms_main(int argc, char **argv)
{
    if (argc != 2 || chdir(argv[1]) != 0 || pms_on_before_move(before) != 0)
        return 2;
    int result = pms_checkpoint("saved.ctx");
    write_file("answer", result == -1 ? strerrorname_np(errno) : "saved");
    while (access("again", F_OK) != 0)
        nap();
    write_file("registered", pms_register("midcall") == 0 ? "ok" : strerrorname_np(errno));
    while (access("stop", F_OK) != 0) {
        char line[300];
        snprintf(line, sizeof line, "%s %u", pms_host(), pms_moves());
        write_file("host", line);
        nap();
    }
    return 42;
}
