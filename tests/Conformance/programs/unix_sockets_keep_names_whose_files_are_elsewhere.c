// Unix sockets keep their names when the file was renamed, or is relative to another directory than today's; who is connected stays so.
// law: far
#include "law.h"
#include <sys/socket.h>
#include <sys/un.h>

// As the program said it when it bound each, and where the file is then.
static const char *const bound[] = { "plain.sock", "sub/before.sock", NULL, "./dotted.sock", "moved.sock" };
static char absolute[108], places[5][PATH_MAX];
static const int types[] = { SOCK_STREAM, SOCK_SEQPACKET, SOCK_STREAM, SOCK_DGRAM, SOCK_DGRAM };

static struct sockaddr_un name_of(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    return address;
}

static const char *path_of(int i) { return bound[i] ? bound[i] : absolute; }

static void check_name(int fd, int (*ask)(int, struct sockaddr *, socklen_t *), const char *expected)
{
    struct sockaddr_un name = { 0 };
    socklen_t length = sizeof name;
    SAME(0, ask(fd, (struct sockaddr *)&name, &length));
    SAME_TEXT(expected, name.sun_path);
}

static int reach(int i)
{
    struct sockaddr_un address = name_of(places[i]);
    int client = MUST(socket(AF_UNIX, types[i], 0));
    MUST(connect(client, (struct sockaddr *)&address, sizeof address));
    return client;
}

int main(void)
{
    law_begin();
    int home = MUST(open(law_directory, O_RDONLY | O_DIRECTORY));
    MUST(mkdirat(home, "first", 0700));
    MUST(mkdirat(home, "first/sub", 0700));
    MUST(mkdirat(home, "second", 0700));
    MUST(fchdir(home));
    MUST(chdir("first"));
    snprintf(absolute, sizeof absolute, "%s/first/new.tmp", law_directory);
    const char *const now[] = { "first/plain.sock", "first/sub/after.sock", "first/ready.sock", "first/dotted.sock", "second/moved.sock" };
    int sockets[5], client[5], server[3];
    for (int i = 0; i < 5; i++) {
        snprintf(places[i], sizeof places[i], "%s/%s", law_directory, now[i]);
        struct sockaddr_un address = name_of(path_of(i));
        sockets[i] = MUST(socket(AF_UNIX, types[i], 0));
        MUST(bind(sockets[i], (struct sockaddr *)&address, sizeof address));
        MUST(chmod(path_of(i), 0640));
        if (types[i] != SOCK_DGRAM) MUST(listen(sockets[i], 5));
        if (access(places[i], F_OK)) MUST(rename(path_of(i), places[i]));
    }
    MUST(fchdir(home));
    MUST(chdir("second"));
    close(home);
    for (int i = 0; i < 5; i++) {
        client[i] = reach(i);
        if (types[i] != SOCK_DGRAM) server[i] = MUST(accept(sockets[i], NULL, NULL));
        MUST(write(client[i], "before", 6));
    }
    int waiting = reach(1);
    law_move();
    for (int i = 0; i < 5; i++) {
        char text[16] = "";
        bool datagrams = types[i] == SOCK_DGRAM;
        check_name(sockets[i], getsockname, path_of(i));
        check_name(client[i], getpeername, path_of(i));
        if (!datagrams) check_name(server[i], getsockname, path_of(i));
        SAME(6, recv(datagrams ? sockets[i] : server[i], text, sizeof text, MSG_DONTWAIT));
        SAME_TEXT("before", text);
        SAME(5, write(client[i], "after", 5));
        SAME(5, recv(datagrams ? sockets[i] : server[i], text, sizeof text, MSG_DONTWAIT));
        struct stat file;
        SAME(0, stat(places[i], &file));
        SAME(S_IFSOCK | 0640, file.st_mode);
        int late = reach(i);
        if (i == 1) {
            int first = MUST(accept(sockets[i], NULL, NULL));
            SAME(1, write(waiting, "w", 1));
            SAME(1, recv(first, text, sizeof text, MSG_DONTWAIT));
        }
        int accepted = datagrams ? sockets[i] : MUST(accept(sockets[i], NULL, NULL));
        SAME(4, write(late, "late", 4));
        SAME(4, recv(accepted, text, sizeof text, MSG_DONTWAIT));
        if (strcmp(places[i] + strlen(places[i]) - strlen(path_of(i)), path_of(i)) != 0 && i != 3) HOLDS(access(path_of(i), F_OK) == -1);
    }
    DIR *first = opendir("../first");
    int entries = 0;
    for (struct dirent *entry; (entry = readdir(first));) entries += entry->d_name[0] != '.' || strncmp(entry->d_name, ".yado", 5) == 0;
    closedir(first);
    SAME(4, entries);
    return law_verdict();
}
