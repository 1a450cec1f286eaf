// A child that leads a session on a terminal of the job keeps it, with its foreground group, a group in the background, and one that is stopped.
// compile: -lutil
#include "law.h"
#include "terminal.h"

static void go_on(int which, const char *word)
{
    // Each answers what is written to it, if it may.
    char byte;
    (void)which;
    while (read(0, &byte, 1) == 1)
        if (byte == 'q') _exit(0);
        else dprintf(1, "%s%c", word, byte);
    _exit(3);
}

int main(void)
{
    law_begin();
    int master;
    pid_t shell = MUST(forkpty(&master, NULL, NULL, NULL));
    if (shell == 0) {
        // A shell with job control: three jobs, the second in the foreground, the third stopped.
        signal(SIGTTOU, SIG_IGN);
        signal(SIGINT, SIG_DFL);
        struct termios settings;
        tcgetattr(0, &settings);
        settings.c_lflag &= ~(ECHO | ICANON);
        tcsetattr(0, TCSANOW, &settings);
        pid_t jobs[3];
        for (int i = 0; i < 3; i++) {
            jobs[i] = MUST(fork());
            if (jobs[i] == 0) {
                setpgid(0, 0);
                if (i != 1) for (;;) pause();
                while (tcgetpgrp(0) != getpid()) law_sleep_ms(1);
                go_on(i, "job");
            }
            setpgid(jobs[i], jobs[i]);
        }
        tcsetpgrp(0, jobs[1]);
        kill(jobs[2], SIGSTOP);
        int status;
        waitpid(jobs[2], &status, WUNTRACED);
        dprintf(1, "%d %d %d\n", jobs[0], jobs[1], jobs[2]);
        waitpid(jobs[1], &status, 0);
        dprintf(1, "shell has %d, stopped %c", status, tcgetpgrp(0) == jobs[1] ? 'f' : '-');
        tcsetpgrp(0, getpgrp());
        go_on(0, "shell");
    }
    pid_t jobs[3];
    char line[128];
    int got = 0;
    while (got == 0 || line[got - 1] != '\n') got += MUST(read(master, line + got, sizeof line - 1 - got));
    line[got] = 0;
    SAME(3, sscanf(line, "%d %d %d", &jobs[0], &jobs[1], &jobs[2]));
    terminal_write(master, "a", 1);
    SAME_TEXT("joba", terminal_read(master, 4));
    law_move();
    SAME(jobs[1], tcgetpgrp(master));
    SAME(shell, tcgetsid(master));
    char path[64], stat[512];
    snprintf(path, sizeof path, "/proc/%d/stat", jobs[2]);
    law_read(path, stat, sizeof stat);
    HOLDS(strstr(stat, ") T ") != NULL);
    int terminal = 0, group = 0, parent = 0, session = 0, device = 0;
    SAME(5, sscanf(strrchr(stat, ')') + 4, "%d %d %d %d %d", &parent, &group, &session, &device, &terminal));
    SAME(shell, session);
    SAME(jobs[2], group);
    SAME(136 << 8 | terminal_number(master), device);
    terminal_write(master, "b", 1);
    SAME_TEXT("jobb", terminal_read(master, 4));

    // A key that interrupts reaches the foreground alone.
    terminal_write(master, "\003", 1);
    SAME_TEXT("shell has 2, stopped f", terminal_read(master, 22));
    terminal_write(master, "c", 1);
    SAME_TEXT("shellc", terminal_read(master, 6));
    kill(jobs[0], SIGKILL);
    kill(jobs[2], SIGKILL);
    terminal_write(master, "q", 1);
    int status;
    SAME(shell, waitpid(shell, &status, 0));
    SAME(0, status);
    return law_verdict();
}
