// Orphans stay in the session of a leader that is not their parent, living or ended, and with whoever has taken them over.
// law: far
#include "law.h"

// Where each is, as it says itself, for all to see.
struct place { pid_t pid, parent, session, group; };
static struct { struct place now[8]; int go; } *common;

static void orphan(int number, int status)
{
    while (common->go == 0) {
        struct place here = { getpid(), getppid(), getsid(0), getpgrp() };
        common->now[number] = here;
        law_sleep_ms(1);
    }
    _exit(status);
}

// Made by a middleman, whose end makes it an orphan; it is in the session of whoever calls.
static void make_orphan(int number, bool zombie)
{
    pid_t middleman = MUST(fork());
    if (middleman == 0) {
        middleman = getpid();
        if (MUST(fork()) == 0) {
            while (getppid() == middleman) law_sleep_ms(1);
            if (!zombie) orphan(number, 40 + number);
            struct place here = { getpid(), getppid(), getsid(0), getpgrp() };
            common->now[number] = here;
            _exit(40 + number);
        }
        _exit(0);
    }
    MUST(waitpid(middleman, NULL, 0));
    while (common->now[number].pid == 0) law_sleep_ms(1);
}

static void wait_for_the_end(void)
{
    while (common->go == 0) law_sleep_ms(1);
    _exit(0);
}

int main(void)
{
    law_begin();
    common = MUST(mmap(NULL, sizeof *common, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
    int told[2];
    char byte;
    MUST(pipe(told));

    // A leader that lives, and one below it that lives: their orphans are the main process's.
    pid_t leader = MUST(fork());
    if (leader == 0) {
        MUST(setsid());
        make_orphan(0, false);
        make_orphan(1, true);
        if (MUST(fork()) == 0) {
            MUST(setsid());
            make_orphan(2, false);
            MUST(write(told[1], "", 1));
            wait_for_the_end();
        }
        wait_for_the_end();
    }
    MUST(read(told[0], &byte, 1));

    // A leader that has ended, of whose orphans one process has taken over one, and another one the other.
    pid_t taker = MUST(fork());
    if (taker == 0) {
        MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
        int step[2], back[2];
        MUST(pipe(step));
        MUST(pipe(back));
        pid_t ended = MUST(fork());
        if (ended == 0) {
            MUST(setsid());
            make_orphan(3, false);
            MUST(write(back[1], "", 1));
            MUST(read(step[0], &byte, 1));
            make_orphan(4, false);
            _exit(0);
        }
        MUST(read(back[0], &byte, 1));
        MUST(prctl(PR_SET_CHILD_SUBREAPER, 0));
        MUST(write(step[1], "", 1));
        MUST(waitpid(ended, NULL, 0));
        MUST(write(told[1], "", 1));
        while (common->go == 0) law_sleep_ms(1);
        int status;
        _exit(waitpid(common->now[3].pid, &status, 0) == common->now[3].pid && status == 43 << 8 ? 7 : 1);
    }
    MUST(read(told[0], &byte, 1));
    struct place before[5];
    memcpy(before, common->now, sizeof before);
    SAME(getpid(), before[0].parent);
    SAME(leader, before[0].session);
    SAME(getpid(), before[2].parent);
    SAME(taker, before[3].parent);
    SAME(getpid(), before[4].parent);
    SAME(before[3].session, before[4].session);
    law_move();

    memset(common->now, 0, sizeof common->now);
    for (int i = 0; i < 5; i++) {
        if (i == 1) continue;
        HOLDS(LAW_UNTIL(common->now[i].group != 0));
        SAME(before[i].pid, common->now[i].pid);
        SAME(before[i].parent, common->now[i].parent);
        SAME(before[i].session, common->now[i].session);
        SAME(before[i].group, common->now[i].group);
    }
    SAME(before[1].session, getsid(before[1].pid));
    common->go = 1;
    int status;
    for (int i = 0; i < 5; i++) {
        if (i == 3) continue;
        SAME(before[i].pid, waitpid(before[i].pid, &status, 0));
        SAME((40 + i) << 8, status);
    }
    SAME(taker, waitpid(taker, &status, 0));
    SAME(7 << 8, status);
    SAME(leader, waitpid(leader, &status, 0));
    while (waitpid(-1, &status, 0) > 0) SAME(0, status);
    HOLDS(errno == ECHILD);
    return law_verdict();
}
