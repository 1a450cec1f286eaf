// Handlers run on each thread's alternate stack.
#include "law.h"

static pthread_barrier_t set, moved;
static _Thread_local char *low;
static _Thread_local volatile bool on_it;
enum { size = 32768 };

static void handle(int number)
{
    (void)number;
    char here;
    on_it = &here >= low && &here < low + size;
}

static void use(void)
{
    on_it = false;
    raise(SIGUSR1);
    HOLDS(on_it);
    stack_t after;
    MUST(sigaltstack(NULL, &after));
    SAME((uintptr_t)low, (uintptr_t)after.ss_sp);
    SAME(size, after.ss_size);
}

static void prepare(void)
{
    low = malloc(size);
    stack_t stack = { .ss_sp = low, .ss_size = size };
    MUST(sigaltstack(&stack, NULL));
}

static void *work(void *unused)
{
    prepare();
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&moved);
    use();
    return unused;
}

int main(void)
{
    law_begin();
    struct sigaction action = { .sa_handler = handle, .sa_flags = SA_ONSTACK };
    MUST(sigaction(SIGUSR1, &action, NULL));
    pthread_barrier_init(&set, NULL, 2);
    pthread_barrier_init(&moved, NULL, 2);
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, work, NULL));
    prepare();
    pthread_barrier_wait(&set);
    law_move();
    use();
    pthread_barrier_wait(&moved);
    pthread_join(thread, NULL);
    return law_verdict();
}
