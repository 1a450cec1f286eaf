/* Defines words and looks up what it defined before, until the file STOP is there: words_client HOST STOP
 * A call that fails is made again, as clients of such servers do. It knows nothing of moves. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "words.h"

static CLIENT *connect_to(const char *host)
{
    CLIENT *client;
    while ((client = clnt_create(host, WORDS, WORDS_1, "udp")) == NULL)
        clnt_pcreateerror(host);
    struct timeval retry = { 0, 200000 };
    clnt_control(client, CLSET_RETRY_TIMEOUT, (char *)&retry);
    return client;
}

static void again(CLIENT *client, const char *host)
{
    clnt_perror(client, host);
    nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    CLIENT *client = connect_to(argv[1]);
    for (int i = 0; access(argv[2], F_OK) != 0; i++) {
        char word[MAXWORD], text[MAXTEXT];
        snprintf(word, sizeof word, "word-%d", i);
        snprintf(text, sizeof text, "the meaning of %d", i * 7);
        entry given = { word, text };
        int *count;
        while ((count = define_1(&given, client)) == NULL)
            again(client, argv[1]);
        char old[MAXWORD], *asked = old;
        snprintf(old, sizeof old, "word-%d", i / 2);
        entry *found;
        while ((found = lookup_1(&asked, client)) == NULL)
            again(client, argv[1]);
        printf("%d %s: %s\n", *count, found->word, found->text);
        fflush(stdout);
        clnt_freeres(client, (xdrproc_t)xdr_entry, (char *)found);
    }
    return 0;
}
