// A program that reads and writes by io_submit(2) all the time, with O_DIRECT and an eventfd, loses no event, and each block is what was
// written last.
// law: far nocompare lingers
#include "law.h"
#include <linux/aio_abi.h>
#include <sys/eventfd.h>
#include <sys/sysmacros.h>

enum { BLOCKS = 32, SIZE = 4096, DEPTH = 8 };

static aio_context_t context;
static int file, bell;
static atomic_bool over;
static atomic_long done, wrong;
static uint64_t generation[BLOCKS];

static void fill(uint64_t *at, uint64_t block, uint64_t turn)
{
    for (int i = 0; i < SIZE / 8; i++) at[i] = block << 48 | turn << 16 | i;
}

static void *work(void *unused)
{
    (void)unused;
    char *memory = aligned_alloc(SIZE, (size_t)DEPTH * SIZE);
    uint64_t *check = aligned_alloc(SIZE, SIZE);
    uint64_t turn = 1;
    while (!over) {
        struct iocb requests[DEPTH], *list[DEPTH];
        for (int i = 0; i < DEPTH; i++) {
            int block = (turn + i * 4) % BLOCKS;
            fill((uint64_t *)(memory + i * SIZE), block, turn);
            requests[i] = (struct iocb){ .aio_data = block, .aio_lio_opcode = IOCB_CMD_PWRITE, .aio_fildes = file, .aio_buf = (uint64_t)(memory + i * SIZE),
                .aio_nbytes = SIZE, .aio_offset = (int64_t)block * SIZE, .aio_flags = IOCB_FLAG_RESFD, .aio_resfd = bell };
            list[i] = &requests[i];
        }
        if (syscall(SYS_io_submit, context, DEPTH, list) != DEPTH) { wrong++; break; }
        long got = 0;
        uint64_t rung = 0;
        while (rung < DEPTH) {
            uint64_t more;
            if (read(bell, &more, sizeof more) != sizeof more) { wrong++; break; }
            rung += more;
        }
        struct io_event events[DEPTH];
        while (got < DEPTH) {
            long some = syscall(SYS_io_getevents, context, 1, DEPTH - got, events, NULL);
            if (some < 1) { wrong++; break; }
            for (int i = 0; i < some; i++) {
                if (events[i].res != SIZE) wrong++;
                generation[events[i].data] = turn;
            }
            got += some;
        }
        int block = turn % BLOCKS;
        struct iocb request = { .aio_data = 99, .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = file, .aio_buf = (uint64_t)check, .aio_nbytes = SIZE, .aio_offset = (int64_t)block * SIZE };
        list[0] = &request;
        if (syscall(SYS_io_submit, context, 1, list) != 1 || syscall(SYS_io_getevents, context, 1, 1, events, NULL) != 1 || events[0].data != 99 || events[0].res != SIZE) wrong++;
        for (int i = 0; i < SIZE / 8; i++) if (check[i] != ((uint64_t)block << 48 | generation[block] << 16 | i)) { wrong++; break; }
        turn++;
        done++;
    }
    return NULL;
}

int main(void)
{
    law_begin();
    law_compares = false;
    file = open(law_path("blocks"), O_RDWR | O_CREAT | O_DIRECT | O_CLOEXEC, 0644);
    if (file < 0) law_skip("O_DIRECT");
    struct stat facts;
    char disk[64];
    MUST(fstat(file, &facts));
    snprintf(disk, sizeof disk, "/sys/dev/block/%u:%u/inflight", major(facts.st_dev), minor(facts.st_dev));
    if (access(disk, F_OK) != 0) law_skip("a file system that is one disk");
    MUST(ftruncate(file, BLOCKS * SIZE));
    bell = MUST(eventfd(0, EFD_CLOEXEC));
    if (syscall(SYS_io_setup, 64, &context) != 0) law_skip("io_setup");
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, work, NULL));
    while (done < 3 && !wrong) law_sleep_ms(1);
    law_move();
    long before = done;
    for (int i = 0; i < 20000 && done < before + 5 && !wrong; i++) law_sleep_ms(1);
    HOLDS(done >= before + 5);
    over = true;
    pthread_join(thread, NULL);
    SAME(0, wrong);
    return law_verdict();
}
