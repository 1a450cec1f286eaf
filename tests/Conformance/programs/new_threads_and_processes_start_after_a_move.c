// After a move new threads start, children are forked, programs executed.
#include "law.h"

static void *square(void *number) { return (void *)((long)number * (long)number); }

int main(void)
{
    law_begin();
    law_move();
    for (long i = 0; i < 20; i++) {
        pthread_t thread;
        void *answer;
        MUST_BE_0(pthread_create(&thread, NULL, square, (void *)i));
        pthread_join(thread, &answer);
        SAME(i * i, (long)answer);
    }
    pid_t self = getpid();
    SAME(0, LAW_CHILD(getppid() == self ? 0 : 1));
    SAME(5, LAW_CHILD((execl("/bin/sh", "sh", "-c", "exit 5", NULL), 126)));
    FILE *pipe = popen("echo from a shell", "r");
    char line[64] = "";
    SAME_TEXT("from a shell\n", fgets(line, sizeof line, pipe));
    SAME(0, pclose(pipe));
    HOLDS(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    return law_verdict();
}
