// A program whose file was removed does not start its job once more when it starts itself.
#include "law.h"

int main(int count, char **words)
{
    if (count > 2)
    {
        return 0; // Started by itself, without a move.
    }

    law_begin();
    MUST(unlink(words[0]));
    law_move();
    pid_t child = MUST(fork());
    if (child == 0)
    {
        execl("/proc/self/exe", words[0], "again", "and again", NULL);
        _exit(0);
    }

    int status = -1;
    for (int i = 0; i < 200 && MUST(waitpid(child, &status, WNOHANG)) == 0; i++)
    {
        law_sleep_ms(10);
    }

    SAME(0, status);
    kill(child, SIGKILL);
    return law_verdict();
}
