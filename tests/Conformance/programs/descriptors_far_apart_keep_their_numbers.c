// Descriptors keep their numbers, with large holes between them; the lowest free number is the same.
#include "law.h"
#include <sys/eventfd.h>

int main(void)
{
    law_begin();
    static const int numbers[] = { 3, 4, 9, 63, 64, 100, 255, 256, 700, 999 };
    for (int i = 0; i < 10; i++) {
        int fd = MUST(eventfd(i + 1, EFD_NONBLOCK));
        if (fd != numbers[i]) { MUST(dup3(fd, numbers[i], i % 2 ? O_CLOEXEC : 0)); close(fd); }
    }
    law_move();
    for (int i = 0; i < 10; i++) {
        uint64_t value = 0;
        SAME(8, read(numbers[i], &value, 8));
        SAME(i + 1, value);
        SAME(i % 2 && numbers[i] != i + 3 ? FD_CLOEXEC : 0, fcntl(numbers[i], F_GETFD));
    }
    SAME(5, eventfd(0, 0));
    return law_verdict();
}
