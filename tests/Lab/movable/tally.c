/* The procedures of the server. It knows nothing of moves. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "tally.h"

struct caller {
    struct caller *next;
    char name[MAXNAME + 1];
    u_quad_t calls, last;
};

static struct caller *first;
static report sum;
static char *ballast;
static int ballast_size;

static struct caller *find(const char *name)
{
    struct caller *one = first;
    while (one != NULL && strcmp(one->name, name) != 0)
        one = one->next;
    if (one == NULL) {
        one = calloc(1, sizeof *one);
        strcpy(one->name, name);
        one->next = first;
        first = one;
    }
    return one;
}

u_quad_t *add_1_svc(step *given, struct svc_req *request)
{
    static u_quad_t result;
    struct caller *caller = find(given->client);
    (void)request;
    nanosleep(&(struct timespec){given->milliseconds / 1000, given->milliseconds % 1000 * 1000000L}, NULL);
    sum.calls++;
    if (given->number <= caller->last)
        sum.twice++;
    else {
        sum.lost += given->number - caller->last - 1;
        caller->last = given->number;
    }
    result = ++caller->calls;
    return &result;
}

report *report_1_svc(void *nothing, struct svc_req *request)
{
    static report result;
    (void)nothing;
    (void)request;
    result = sum;
    result.pid = getpid();
    return &result;
}

int *grow_1_svc(int *bytes, struct svc_req *request)
{
    (void)request;
    ballast = realloc(ballast, (size_t)ballast_size + (size_t)*bytes);
    memset(ballast + ballast_size, 'x', (size_t)*bytes);
    ballast_size += *bytes;
    return &ballast_size;
}
