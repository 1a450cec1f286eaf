// Both sides of a pseudoterminal that announce by a signal what comes (O_ASYNC) go on doing so, to whom they were told: a process,
// its group, or nobody any more, and never to those whose turn it is at the terminal.
// compile: -lutil
#include "law.h"
#include "terminal.h"

static volatile sig_atomic_t got, any;
static void handler(int number) { (void)number; got++; }
static void other(int number) { (void)number; any++; }

int main(void)
{
    law_begin();
    int master, slave, quiet, gone, quiet_slave;
    MUST(openpty(&master, &slave, NULL, NULL, NULL));
    MUST(openpty(&quiet, &quiet_slave, NULL, NULL, NULL));
    pid_t ended = MUST(fork());
    if (ended == 0) for (;;) pause();
    struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART }, second = { .sa_handler = other, .sa_flags = SA_RESTART };
    MUST(sigaction(SIGIO, &action, NULL));
    MUST(sigaction(SIGRTMIN + 5, &second, NULL));
    pid_t child = MUST(fork());
    if (child == 0) {
        got = 0;
        while (access(law_path("typed"), F_OK) != 0) law_sleep_ms(2);
        HOLDS(LAW_UNTIL(got > 0));
        SAME(0, any);
        _exit(law_verdict());
    }

    // To the child what is typed; to this group what is printed; of the other terminal to nobody, who was one that has ended.
    MUST(fcntl(slave, F_SETOWN, child));
    MUST(fcntl(slave, F_SETFL, O_ASYNC | O_NONBLOCK));
    MUST(fcntl(master, F_SETOWN, -getpgrp()));
    MUST(fcntl(master, F_SETSIG, SIGRTMIN + 5));
    gone = MUST(fcntl(quiet_slave, F_DUPFD_CLOEXEC, 20));
    MUST(fcntl(gone, F_SETOWN, ended));
    MUST(fcntl(gone, F_SETFL, O_ASYNC));
    MUST(kill(ended, SIGKILL));
    SAME(ended, waitpid(ended, NULL, 0));
    terminal_write(quiet, "ahead", 5);
    law_sleep_ms(20);
    got = 0;
    law_move();
    SAME(0, got);
    SAME(0, any);
    SAME(child, fcntl(slave, F_GETOWN));
    SAME(O_RDWR | O_ASYNC | O_NONBLOCK, fcntl(slave, F_GETFL) & ~O_LARGEFILE);
    SAME(-getpgrp(), fcntl(master, F_GETOWN));
    SAME(SIGRTMIN + 5, fcntl(master, F_GETSIG));
    SAME(0, fcntl(gone, F_GETOWN));
    SAME(O_RDWR | O_ASYNC, fcntl(gone, F_GETFL) & ~O_LARGEFILE);
    terminal_write(quiet, " of me\n", 7);
    law_sleep_ms(20);
    SAME(0, got);
    SAME_TEXT("ahead of me\n", terminal_read_once(gone));
    terminal_write(master, "x\n", 2);
    law_create("typed");
    int status;
    SAME(child, waitpid(child, &status, 0));
    SAME(0, status);
    SAME(0, got);
    return law_verdict();
}
