// Event descriptors keep their counts and their kind.
#include "law.h"
#include <sys/eventfd.h>

int main(void)
{
    law_begin();
    int plain = MUST(eventfd(7, EFD_NONBLOCK)), semaphore = MUST(eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC));
    int empty = MUST(eventfd(0, EFD_NONBLOCK)), huge = MUST(eventfd(0, EFD_NONBLOCK));
    uint64_t most = UINT64_MAX - 1;
    MUST(write(huge, &most, 8));
    int same = MUST(dup(plain));
    law_move();
    uint64_t value = 0;
    SAME(8, read(same, &value, 8));
    SAME(7, value);
    HOLDS(read(plain, &value, 8) == -1 && errno == EAGAIN);
    for (int i = 0; i < 3; i++) {
        SAME(8, read(semaphore, &value, 8));
        SAME(1, value);
    }
    HOLDS(read(semaphore, &value, 8) == -1 && errno == EAGAIN);
    HOLDS(read(empty, &value, 8) == -1 && errno == EAGAIN);
    value = 1;
    HOLDS(write(huge, &value, 8) == -1 && errno == EAGAIN);
    SAME(8, read(huge, &value, 8));
    SAME(most, value);
    return law_verdict();
}
