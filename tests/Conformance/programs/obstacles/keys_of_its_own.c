// A keyring of a process, or of one of its threads, can't be carried: its keys would have other numbers.
// obstacle: keyring
#include "../law.h"
#include <linux/keyctl.h>

int main(void)
{
    law_begin();
    long key = syscall(SYS_add_key, "user", "a key", "secret", 6L, KEY_SPEC_PROCESS_KEYRING);
    if (key < 0) law_skip("keys (keyctl)");
    law_move();
    char text[16];
    SAME(6, syscall(SYS_keyctl, KEYCTL_READ, key, text, sizeof text));
    return law_verdict();
}
