// Sessions whose leaders have ended, waited for or not, stay those of their members, which a subreaper took over; so do groups in them.
// law: far
#include "law.h"

static int go[2], tell[2];

static void member(pid_t session, pid_t group)
{
    char byte;
    close(go[1]);
    while (read(go[0], &byte, 1) != 0) { }
    HOLDS(getsid(0) == session);
    HOLDS(getpgrp() == group);
    _exit(law_verdict());
}

int main(void)
{
    law_begin();
    MUST(prctl(PR_SET_CHILD_SUBREAPER, 1));
    MUST(pipe(go));
    MUST(pipe(tell));
    pid_t leaders[2], members[2][3];
    for (int i = 0; i < 2; i++) {
        leaders[i] = MUST(fork());
        if (leaders[i] == 0) {
            MUST(setsid());
            pid_t made[3];
            made[0] = MUST(fork());
            if (made[0] == 0) member(getsid(0), getsid(0));
            made[1] = MUST(fork());
            if (made[1] == 0) {
                // A group of its own in the session, with a child of its own in that of the leader.
                pid_t own = getpid(), session = getsid(0);
                MUST(setpgid(0, 0));
                pid_t inner = MUST(fork());
                if (inner == 0) { setpgid(0, session); member(session, session); }
                int status = 0;
                char byte;
                close(go[1]);
                while (read(go[0], &byte, 1) != 0) { }
                HOLDS(getsid(0) == session && getpgrp() == own);
                SAME(inner, waitpid(inner, &status, 0));
                SAME(0, status);
                _exit(law_verdict());
            }
            made[2] = made[0];
            MUST(write(tell[1], made, sizeof made));
            _exit(7);
        }
        MUST(read(tell[0], members[i], sizeof members[i]));
        // The second is left a zombie.
        siginfo_t info;
        SAME(0, waitid(P_PID, leaders[i], &info, WEXITED | (i == 1 ? WNOWAIT : 0)));
    }
    close(go[0]);
    law_move();
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++) {
            SAME(leaders[i], getsid(members[i][k]));
            SAME(k == 0 ? leaders[i] : members[i][k], getpgid(members[i][k]));
        }
    close(go[1]);
    int status;
    SAME(leaders[1], waitpid(leaders[1], &status, 0));
    SAME(7 << 8, status);
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++) {
            SAME(members[i][k], waitpid(members[i][k], &status, 0));
            SAME(0, status);
        }
    HOLDS(waitpid(-1, &status, 0) == -1 && errno == ECHILD);
    return law_verdict();
}
