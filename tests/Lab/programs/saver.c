/* Saves itself and says which of the two it is: saver FILE */
#define _GNU_SOURCE
#include <errno.h>
#include <pms.h>
#include <stdio.h>
#include <string.h>

int pms_main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    int result = pms_checkpoint(argv[1]);
    printf("%s\n", result == -1 ? strerrorname_np(errno) : result == PMS_RESUMED ? "resumed" : "continued");
    return 0;
}
