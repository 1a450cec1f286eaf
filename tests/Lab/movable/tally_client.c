/* Calls, and says what it got: tally_client HOST NET NAME STOP [MILLISECONDS] until the file STOP is there, or tally_client HOST NET report | grow N
 * It knows nothing of moves: a call that fails ends it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tally.h"

static int fail(CLIENT *client, const char *what)
{
    clnt_perror(client, what);
    return 1;
}

static int show(CLIENT *client)
{
    report *sum = report_1(NULL, client);
    if (sum == NULL)
        return fail(client, "report");
    printf("%llu %llu %llu %d\n", (unsigned long long)sum->calls, (unsigned long long)sum->twice, (unsigned long long)sum->lost, sum->pid);
    return 0;
}

int main(int argc, char **argv)
{
    CLIENT *client = argc < 4 ? NULL : clnt_create(argv[1], TALLY, TALLY_1, argv[2]);
    if (client == NULL) {
        clnt_pcreateerror(argc < 4 ? "usage" : argv[1]);
        return 2;
    }
    if (strcmp(argv[3], "report") == 0)
        return show(client);
    if (strcmp(argv[3], "grow") == 0) {
        int bytes = atoi(argv[4]);
        return grow_1(&bytes, client) == NULL ? fail(client, "grow") : 0;
    }
    step given = {argv[3], 0, argc > 5 ? (u_int)atoi(argv[5]) : 0};
    while (access(argv[4], F_OK) != 0) {
        given.number++;
        u_quad_t *calls = add_1(&given, client);
        if (calls == NULL)
            return fail(client, argv[3]);
        if (*calls != given.number) {
            printf("call %llu was answered %llu\n", (unsigned long long)given.number, (unsigned long long)*calls);
            return 1;
        }
        if (given.number % 50 == 1 || given.milliseconds > 0) {
            printf("%llu\n", (unsigned long long)given.number);
            fflush(stdout);
        }
    }
    printf("end %llu\n", (unsigned long long)given.number);
    clnt_destroy(client);
    return 0;
}
