// An established TCP connection to a process outside can't be carried.
// obstacle: tcp
#include "law.h"
#include "../tcp.h"

int main(void)
{
    law_begin();
    union tcp_address address;
    int listener = tcp_listen(AF_INET, &address);
    pid_t child = MUST(fork());
    if (child == 0) {
        if (fork() == 0) {
            char byte;
            int server = accept(listener, NULL, NULL);
            while (read(server, &byte, 1) > 0) write(server, &byte, 1);
            _exit(0);
        }
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    int client = tcp_connect(&address);
    close(listener);
    law_move();
    char byte = 'x';
    SAME(1, write(client, &byte, 1));
    SAME(1, read(client, &byte, 1));
    return law_verdict();
}
