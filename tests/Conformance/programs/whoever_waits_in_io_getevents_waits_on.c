// Threads that wait in io_getevents(2), with and without a limit, wait on, also in a child with a context of its own, and get what comes.
#include "law.h"
#include <linux/aio_abi.h>

static aio_context_t context;
static atomic_int ready;

struct waiter { int seconds; struct io_event event; long answer; };

static void *wait_for_one(void *argument)
{
    struct waiter *waiter = argument;
    struct timespec limit = { waiter->seconds, 0 };
    ready++;
    waiter->answer = syscall(SYS_io_getevents, context, 1, 1, &waiter->event, waiter->seconds ? &limit : NULL);
    if (waiter->answer < 0) waiter->answer = -errno;
    return NULL;
}

static void write_one(int file, uint64_t data)
{
    struct iocb request = { .aio_data = data, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = file, .aio_buf = (uint64_t)"x", .aio_nbytes = 1 }, *list = &request;
    SAME(1, syscall(SYS_io_submit, context, 1, &list));
}

static void stands(bool parent)
{
    int file = MUST(memfd_create("law", MFD_CLOEXEC));
    struct waiter waiters[] = { { .seconds = 0 }, { .seconds = 1000 } };
    pthread_t threads[2];
    if (syscall(SYS_io_setup, 8, &context) != 0) law_skip("io_setup");
    for (int i = 0; i < 2; i++) MUST_BE_0(pthread_create(&threads[i], NULL, wait_for_one, &waiters[i]));
    while (ready < 2) law_sleep_ms(1);
    law_sleep_ms(20);
    if (parent) law_move();
    else while (access(law_path("go"), F_OK) != 0) law_sleep_ms(2);
    write_one(file, 41);
    write_one(file, 42);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        SAME(1, waiters[i].answer);
        HOLDS(waiters[i].event.data == 41 || waiters[i].event.data == 42);
    }
    HOLDS(waiters[0].event.data != waiters[1].event.data);
}

int main(void)
{
    law_begin();
    int child = MUST(fork());
    if (child == 0) {
        stands(false);
        _exit(law_verdict());
    }
    stands(true);
    int status;
    MUST(waitpid(child, &status, 0));
    SAME(0, status);
    return law_verdict();
}
