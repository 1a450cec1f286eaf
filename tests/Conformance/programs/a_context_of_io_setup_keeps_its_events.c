// A context of io_setup(2) keeps its id, the events that wait in it and where the next ones go; so do large ones, and several.
// law: far
#include "law.h"
#include <linux/aio_abi.h>

enum { SMALL = 1, LARGE = 1000, WAIT = 5 };

struct ring { unsigned id, room, head, tail, magic, compatible, incompatible, length; struct io_event events[]; };

static int file;
static char text[4096];

static void submit(aio_context_t context, int number)
{
    struct iocb request = { .aio_data = 1000 + number, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = file,
        .aio_buf = (uint64_t)text, .aio_nbytes = 1 + number, .aio_offset = 0 }, *list = &request;
    if (syscall(SYS_io_submit, context, 1, &list) != 1) { law_differences++; dprintf(2, "io_submit: %s\n", strerror(errno)); }
}

static void take(aio_context_t context, int number)
{
    struct io_event event = { 0 };
    struct timespec limit = { 5, 0 };
    SAME(1, syscall(SYS_io_getevents, context, 1, 1, &event, &limit));
    SAME(1000 + number, event.data);
    SAME(1 + number, event.res);
}

int main(void)
{
    law_begin();
    file = MUST(memfd_create("law", 0));
    aio_context_t fresh = 0, small = 0, large = 0;
    if (syscall(SYS_io_setup, SMALL, &small) != 0) law_skip("io_setup");
    MUST(syscall(SYS_io_setup, LARGE, &large));
    MUST(syscall(SYS_io_setup, 30, &fresh));
    struct ring *ring = (struct ring *)small;
    // The ring of the small one is about to begin anew.
    int before = ring->room - 2;
    for (int i = 0; i < before; i++) { submit(small, i); take(small, i); }
    for (int i = 0; i < WAIT; i++) submit(small, i);
    for (int i = 0; i < 3 * LARGE / 2; i++) { submit(large, i % 100); take(large, i % 100); }
    for (int i = 0; i < LARGE; i++) submit(large, i % 100);
    unsigned room = ring->room, head = ring->head, tail = ring->tail;
    law_move();
    SAME(room, ring->room);
    SAME(head, ring->head);
    SAME(tail, ring->tail);
    for (int i = 0; i < WAIT; i++) take(small, i);
    struct io_event none;
    struct timespec now = { 0 };
    SAME(0, syscall(SYS_io_getevents, small, 1, 1, &none, &now));
    for (int round = 0; round < 300; round++) { submit(small, round); take(small, round); }
    for (int i = 0; i < LARGE; i++) take(large, i % 100);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < LARGE; i++) submit(large, i % 100);
        for (int i = 0; i < LARGE; i++) take(large, i % 100);
    }
    submit(fresh, 7);
    take(fresh, 7);
    SAME(0, syscall(SYS_io_destroy, small));
    SAME(0, syscall(SYS_io_destroy, large));
    SAME(0, syscall(SYS_io_destroy, fresh));
    HOLDS(syscall(SYS_io_destroy, small) == -1 && errno == EINVAL);
    return law_verdict();
}
