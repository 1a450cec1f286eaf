// What a process and its child share sends its signals to the child, or to the group, as it was told.
#include "law.h"
#include <sys/socket.h>

static volatile sig_atomic_t got;
static void handler(int number) { (void)number; got++; }

int main(void)
{
    law_begin();
    int pair[2], go[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(pipe(go));
    pid_t child = MUST(fork());
    if (child == 0) {
        struct sigaction action = { .sa_handler = handler };
        sigaction(SIGUSR2, &action, NULL);
        while (access(law_path("told"), F_OK) != 0) law_sleep_ms(2);
        HOLDS(LAW_UNTIL(got > 0));
        _exit(law_verdict());
    }
    MUST(fcntl(pair[0], F_SETOWN, child));
    MUST(fcntl(pair[0], F_SETSIG, SIGUSR2));
    MUST(fcntl(pair[0], F_SETFL, O_ASYNC | O_RDWR));
    law_move();
    SAME(child, fcntl(pair[0], F_GETOWN));
    SAME(SIGUSR2, fcntl(pair[0], F_GETSIG));
    HOLDS((fcntl(pair[0], F_GETFL) & O_ASYNC) != 0);
    MUST(write(pair[1], "x", 1));
    law_create("told");
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
