/* rdict HOST lookup WORD | define WORD TEXT | count; RDICT_NET is udp or tcp. Nothing of moves is in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rdict.h"

static int fail(CLIENT *client)
{
    clnt_perror(client, "rdict");
    return 1;
}

static int lookup(CLIENT *client, char *word)
{
    entry *found = lookup_1(&word, client);
    if (found == NULL)
        return fail(client);
    if (found->word[0] == 0) {
        fprintf(stderr, "rdict: '%s' is not in the dictionary\n", word);
        return 1;
    }
    printf("%s%s%s\n", found->word, found->text[0] == 0 ? "" : ": ", found->text);
    return 0;
}

int main(int argc, char **argv)
{
    const char *network = getenv("RDICT_NET");
    const char *verb = argc > 2 ? argv[2] : "";
    int known = (strcmp(verb, "lookup") == 0 && argc == 4) || (strcmp(verb, "define") == 0 && argc == 5) || (strcmp(verb, "count") == 0 && argc == 3);
    if (!known) {
        fprintf(stderr, "usage: rdict HOST lookup WORD | define WORD TEXT | count\n");
        return 2;
    }
    CLIENT *client = clnt_create(argv[1], RDICT, RDICT_1, network != NULL ? network : "tcp");
    if (client == NULL) {
        clnt_pcreateerror(argv[1]);
        return 1;
    }
    if (verb[0] == 'l')
        return lookup(client, argv[3]);
    entry given = {argv[3], argc > 4 ? argv[4] : ""};
    u_int *words = verb[0] == 'd' ? define_1(&given, client) : count_1(NULL, client);
    if (words == NULL)
        return fail(client);
    printf("%u words\n", *words);
    clnt_destroy(client);
    return 0;
}
