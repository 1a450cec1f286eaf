// A keyring of a thread can't be carried: its keys would have other numbers.
// obstacle: keyring.*thread
#include "../law.h"
#include <linux/keyctl.h>

static volatile long key;
static volatile int done;

static void *hold(void *unused)
{
    (void)unused;
    char text[16];
    key = syscall(SYS_add_key, "user", "a key", "secret", 6L, KEY_SPEC_THREAD_KEYRING);
    while (!done) law_sleep_ms(2);
    SAME(6, syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof text));
    return NULL;
}

int main(void)
{
    law_begin();
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, hold, NULL));
    HOLDS(LAW_UNTIL(key != 0));
    if (key < 0) law_skip("keys (keyctl)");
    law_move();
    done = 1;
    MUST_BE_0(pthread_join(thread, NULL));
    return law_verdict();
}
