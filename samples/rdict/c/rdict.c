/* The procedures of rdictd: a dictionary in memory, from the file that RDICT_WORDS names, one word a line. */
#include <mrpc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rdict.h"

#define BUCKETS (1 << 17)

struct word {
    struct word *next;
    char *word, *text;
    struct word *same; /* the next one of its bucket */
};

static struct word *first;
static unsigned count;
static int loaded;
static struct word *buckets[BUCKETS];

static struct word **bucket_of(const char *word)
{
    unsigned hash = 2166136261u; /* FNV-1a */
    for (; *word != 0; word++)
        hash = (hash ^ (unsigned char)*word) * 16777619u;
    return &buckets[hash % BUCKETS];
}

static void enter(struct word *one)
{
    struct word **bucket = bucket_of(one->word);
    one->same = *bucket;
    *bucket = one;
}

static struct word *find(const char *word)
{
    struct word *one = *bucket_of(word);
    while (one != NULL && strcmp(one->word, word) != 0)
        one = one->same;
    return one;
}

static struct word *add(const char *word)
{
    struct word *one = calloc(1, sizeof *one);
    one->word = strdup(word);
    one->next = first;
    first = one;
    enter(one);
    count++;
    return one;
}

/* The words have arrived from another host: the index is made anew of them. */
static void arrived(void)
{
    memset(buckets, 0, sizeof buckets);
    for (struct word *one = first; one != NULL; one = one->next)
        enter(one);
}

/* At the first call: what comes from another host need not be read. */
static void load(void)
{
    const char *name = getenv("RDICT_WORDS");
    char line[MAXWORD + 2];
    FILE *file = fopen(name != NULL ? name : "/usr/share/dict/words", "r");
    loaded = 1;
    if (file == NULL) {
        perror("rdictd: the dictionary");
        return;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = 0;
        if (line[0] != 0 && find(line) == NULL)
            add(line);
    }
    fclose(file);
}

entry *lookup_1_svc(char **word, struct svc_req *request)
{
    static entry answer;
    (void)request;
    if (!loaded)
        load();
    struct word *found = find(*word);
    answer.word = found == NULL ? "" : found->word;
    answer.text = found == NULL || found->text == NULL ? "" : found->text;
    return &answer;
}

u_int *define_1_svc(entry *given, struct svc_req *request)
{
    (void)request;
    if (!loaded)
        load();
    struct word *found = find(given->word);
    if (found == NULL)
        found = add(given->word);
    free(found->text);
    found->text = strdup(given->text);
    return &count;
}

u_int *count_1_svc(void *nothing, struct svc_req *request)
{
    (void)nothing;
    (void)request;
    if (!loaded)
        load();
    return &count;
}
