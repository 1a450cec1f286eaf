// A client that has sent something and waits to be accepted is in the way, but only for a moment: the job runs on, and is moved in another.
// law: nocompare
#include "law.h"
#include "tcp.h"
#include <sys/un.h>

// The client sends, and is accepted only later.
static void speak(int client, int listener)
{
    char text[8] = "";
    SAME(4, write(client, "ping", 4));
    law_sleep_ms(15);
    int server = MUST(accept(listener, NULL, NULL));
    SAME(4, recv(server, text, 4, MSG_WAITALL));
    SAME_TEXT("ping", text);
    tcp_talk(server, client);
    close(client);
    close(server);
    law_sleep_ms(10);
}

int main(void)
{
    law_begin();
    union tcp_address address;
    int tcp = tcp_listen(AF_INET, &address), named = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "clients that speak %d", getpid());
    MUST(bind(named, (struct sockaddr *)&name, sizeof name));
    MUST(listen(named, 4));
    law_ready();
    while (!law_gone_on()) {
        speak(tcp_connect(&address), tcp);
        int client = MUST(socket(AF_UNIX, SOCK_STREAM, 0));
        MUST(connect(client, (struct sockaddr *)&name, sizeof name));
        speak(client, named);
    }
    return law_verdict();
}
