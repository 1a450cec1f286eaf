// A descriptor that announces input by a signal (O_ASYNC, F_SETOWN, F_SETSIG) goes on doing so.
#include "law.h"
#include <sys/socket.h>

static volatile int signals, descriptor;

static void on_input(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    signals++;
    descriptor = info->si_fd;
}

int main(void)
{
    law_begin();
    struct sigaction action = { .sa_sigaction = on_input, .sa_flags = SA_SIGINFO | SA_RESTART };
    MUST(sigaction(SIGRTMIN + 7, &action, NULL));
    int pair[2];
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    MUST(fcntl(pair[0], F_SETOWN, getpid()));
    MUST(fcntl(pair[0], F_SETSIG, SIGRTMIN + 7));
    MUST(fcntl(pair[0], F_SETFL, O_ASYNC | O_NONBLOCK));
    law_move();
    SAME(getpid(), fcntl(pair[0], F_GETOWN));
    SAME(SIGRTMIN + 7, fcntl(pair[0], F_GETSIG));
    SAME(O_RDWR | O_ASYNC | O_NONBLOCK, fcntl(pair[0], F_GETFL));
    MUST(write(pair[1], "x", 1));
    HOLDS(LAW_UNTIL(signals > 0));
    SAME(pair[0], descriptor);
    return law_verdict();
}
