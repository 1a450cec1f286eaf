/* Speaks with a daemon that goes away, and says what each call answers: gone FILE */
#define _GNU_SOURCE
#include <errno.h>
#include <pms.h>
#include <stdio.h>
#include <string.h>

static void say(const char *what, int result)
{
    printf("%s %s\n", what, result == -1 ? strerrorname_np(errno) : "ok");
}

int pms_main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    say("register", pms_register("gone"));
    say("save", pms_checkpoint(argv[1]));
    say("hold", pms_hold());
    say("release", pms_release());
    return 7;
}
