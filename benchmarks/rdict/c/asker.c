/* For each line on its input: one lookup by the same handle, and its answer on a line: asker HOST NET */
#include <stdio.h>
#include <string.h>
#include "rdict.h"

int main(int argc, char **argv)
{
    char word[MAXWORD + 2];
    CLIENT *client = argc == 3 ? clnt_create(argv[1], RDICT, RDICT_1, argv[2]) : NULL;
    if (client == NULL) {
        clnt_pcreateerror("asker");
        return 1;
    }
    while (fgets(word, sizeof word, stdin) != NULL) {
        char *asked = word;
        word[strcspn(word, "\n")] = 0;
        entry *found = lookup_1(&asked, client);
        if (found == NULL) {
            clnt_perror(client, "asker");
            return 1;
        }
        puts(found->word);
        fflush(stdout);
    }
    return 0;
}
