// A terminal that is full of output, however it was written, loses nothing of it, and its writer writes on.
// compile: -lutil
#include "law.h"
#include "terminal.h"

enum { TERMINALS = 4 };

int main(void)
{
    law_begin();
    int masters[TERMINALS], lengths[TERMINALS], sizes[TERMINALS] = { 1, 100, 1000, 16384 };
    pid_t writers[TERMINALS];
    for (int i = 0; i < TERMINALS; i++) {
        int slave;
        MUST(openpty(&masters[i], &slave, NULL, NULL, NULL));
        writers[i] = MUST(fork());
        if (writers[i] == 0) {
            static char text[16384];
            for (int byte = 0, at = 0; byte < 60000; ) {
                for (at = 0; at < sizes[i] && byte < 60000; at++, byte++) text[at] = 'a' + byte % 23;
                terminal_write(slave, text, at);
            }
            _exit(0);
        }
        close(slave);
        lengths[i] = 0;
    }
    law_sleep_ms(100);
    law_move();
    for (int i = 0; i < TERMINALS; i++) {
        const char *text = terminal_read(masters[i], 60000);
        SAME(60000, strlen(text));
        for (int byte = 0; text[byte]; byte++)
            if (text[byte] != 'a' + byte % 23) { SAME(byte, -1); break; }
        int status = 1;
        SAME(writers[i], waitpid(writers[i], &status, 0));
        SAME(0, status);
    }
    (void)lengths;
    return law_verdict();
}
