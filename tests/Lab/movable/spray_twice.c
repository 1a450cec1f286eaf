/* Sprays the server N times and prints its counter: spray_twice HOST N. It uses the stubs that rpcgen made. */
#include <stdio.h>
#include <stdlib.h>
#include "spray.h"

int main(int argc, char **argv)
{
    CLIENT *client = argc == 3 ? clnt_create(argv[1], SPRAYPROG, SPRAYVERS, "udp") : NULL;
    char nothing = 0;
    sprayarr packet = {1, &nothing};
    if (client == NULL)
        return 2;
    for (int left = atoi(argv[2]); left > 0; left--)
        if (sprayproc_spray_1(&packet, client) == NULL)
            return 1;
    spraycumul *sum = sprayproc_get_1(NULL, client);
    if (sum == NULL)
        return 1;
    printf("%u\n", sum->counter);
    return 0;
}
