/* Writes numbered lines into a file that it takes along, until STOP is there: traveller FILE STOP */
#include <fcntl.h>
#include <pms.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int pms_main(int argc, char **argv)
{
    int fd = argc == 3 ? pms_open(argv[1], O_CREAT | O_TRUNC | O_RDWR, 0640) : -1;
    if (fd == -1 || pms_travels(fd) != 0)
        return 2;
    if (pms_travels(fd + 1) != -1)
        return 3;
    for (long n = 1; access(argv[2], F_OK) != 0; n++) {
        struct timespec time = {.tv_nsec = 1000000};
        dprintf(fd, "%ld\n", n);
        nanosleep(&time, NULL);
    }
    return pms_close(fd) == 0 ? 42 : 4;
}
