/* The main of a program that has a pms_main. */
#include "mailbox.h"
#include "pms.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Weak, so that a program with a main of its own may link the shared library for the functions alone. */
extern int pms_main(int argc, char **argv, char **environment) __attribute__((weak, visibility("default")));

__attribute__((visibility("default"))) int main(int argc, char **argv, char **environment)
{
    const char *name = getenv("PMS_NAME");
    if (pms_main == NULL) {
        fprintf(stderr, "pms: the program has neither main nor pms_main\n");
        return 127;
    }
    int saved = errno;
    pms_register(name != NULL && name[0] != 0 ? name : NULL); /* without a daemon it runs as if nothing had been */
    errno = saved;
    return pms_main(argc, argv, environment);
}
