/* Misuses the library where no daemon is, and says what each call answers: misuse DIRECTORY */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pms.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void nothing(void)
{
}

static void say(const char *what, int result)
{
    int error = errno;
    printf("%s %s%s\n", what, result == -1 ? "" : "ok", result == -1 ? strerrorname_np(error) : "");
}

int pms_main(int argc, char **argv)
{
    char path[4096], text[16] = "";
    char long_path[9000];
    if (argc != 2)
        return 2;
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = 0;
    snprintf(path, sizeof path, "%s/data", argv[1]);
    say("release", pms_release());
    say("hold", pms_hold());
    say("checkpoint-held", pms_checkpoint(path));
    say("release", pms_release());
    say("release", pms_release());
    say("register", pms_register(NULL));
    say("checkpoint", pms_checkpoint(path));
    say("checkpoint-null", pms_checkpoint(NULL));
    say("checkpoint-long", pms_checkpoint(long_path));
    say("callback", pms_on_before_move(nothing));
    say("callback-null", pms_on_before_move(NULL));
    say("open-missing", pms_open(path, O_RDONLY));
    int fd = pms_open(path, O_CREAT | O_WRONLY, 0640);
    say("write", write(fd, "data\n", 5) == 5 ? 0 : -1);
    say("close", pms_close(fd));
    say("close-again", pms_close(fd));
    FILE *stream = pms_fopen(path, "r");
    say("read", stream != NULL && fgets(text, sizeof text, stream) != NULL && strcmp(text, "data\n") == 0 ? 0 : -1);
    say("fclose", pms_fclose(stream));
    say("host", pms_host()[0] != 0 ? 0 : -1);
    say("moves", (int)pms_moves());
    return 7;
}
