// Threads keep their names.
#include "law.h"

static pthread_barrier_t named, moved;

static void *work(void *name)
{
    char after[32] = "";
    MUST(prctl(PR_SET_NAME, name));
    pthread_barrier_wait(&named);
    pthread_barrier_wait(&moved);
    MUST(prctl(PR_GET_NAME, after));
    SAME_TEXT((char *)name, after);
    return NULL;
}

int main(void)
{
    law_begin();
    pthread_t threads[3];
    static char *names[] = { "worker one", "(odd) name )", "0123456789abcde" };
    pthread_barrier_init(&named, NULL, 4);
    pthread_barrier_init(&moved, NULL, 4);
    for (int i = 0; i < 3; i++) MUST_BE_0(pthread_create(&threads[i], NULL, work, names[i]));
    MUST(prctl(PR_SET_NAME, "the main one"));
    pthread_barrier_wait(&named);
    law_move();
    char after[32] = "";
    prctl(PR_GET_NAME, after);
    SAME_TEXT("the main one", after);
    pthread_barrier_wait(&moved);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    return law_verdict();
}
