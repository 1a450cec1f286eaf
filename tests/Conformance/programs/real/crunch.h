// What the number crunchers share: args, and the gate. A cruncher does its work, whose output is compared byte for byte
// with an unmoved run; then it repeats part of the work, checking that it comes out the same, until the file named by its
// first argument exists, a byte to a file beside it each time. So it can be moved as often as one likes, and its output does not depend on how long that takes.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int gate_open(char **argv)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.beats", argv[1]);
    FILE *beats = fopen(path, "a");
    if (!beats || fputc('.', beats) == EOF || fclose(beats) != 0) exit(2);
    return access(argv[1], F_OK) == 0;
}

static void differs(const char *what)
{
    printf("%s came out otherwise than before\n", what);
    fflush(stdout);
    exit(1);
}
