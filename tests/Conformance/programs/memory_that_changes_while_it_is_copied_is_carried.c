// Memory that is written, mapped, unmapped, moved, protected, given back and inherited all the time is carried whole.
// law: nocompare
#include "law.h"

// Each worker has slots of memory and knows of each page what must be in it. What it does to them is what defeats whoever copies
// memory in rounds: pages that are gone and zeros again, mappings that move and merge, protections that split them.
enum { WORKERS = 3, SLOTS = 12, PAGES = 512, PAGE = 4096, WORDS = PAGE / 8 };

struct slot {
    uint64_t *memory; // NULL: not mapped
    uint32_t value[PAGES]; // 0: zeros
    bool loose[PAGES]; // MADV_FREE: the value, or zeros
};

static struct slot slots[WORKERS][SLOTS];
static _Atomic bool over;
static _Atomic long wrong, acts;

static uint64_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void put(struct slot *slot, int page, uint32_t value)
{
    uint64_t *words = slot->memory + (size_t)page * WORDS;
    for (int i = 0; i < WORDS; i += 61) words[i] = value ? value * 1000003ull + i : 0;
    slot->value[page] = value;
    slot->loose[page] = false;
}

static void check(struct slot *slot)
{
    if (!slot->memory) return;
    for (int page = 0; page < PAGES; page++) {
        uint64_t *words = slot->memory + (size_t)page * WORDS;
        uint32_t value = slot->value[page];
        if (slot->loose[page] && words[0] == 0) value = 0;
        for (int i = 0; i < WORDS; i += 61)
            if (words[i] != (value ? value * 1000003ull + i : 0)) { wrong++; break; }
    }
}

static void map(struct slot *slot, void *at)
{
    slot->memory = MUST(mmap(at, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED : 0), -1, 0));
    memset(slot->value, 0, sizeof slot->value);
    memset(slot->loose, 0, sizeof slot->loose);
}

// The halves are moved in turn: the second one's mapping merges with the first one's.
static void move(struct slot *slot)
{
    char *to = MUST(mmap(NULL, (size_t)PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    size_t half = (size_t)PAGES / 2 * PAGE;
    MUST(mremap(slot->memory, half, half, MREMAP_MAYMOVE | MREMAP_FIXED, to));
    MUST(mremap((char *)slot->memory + half, half, half, MREMAP_MAYMOVE | MREMAP_FIXED, to + half));
    slot->memory = (uint64_t *)to;
}

static void give_back(struct slot *slot, uint64_t *state, int advice)
{
    int first = next(state) % PAGES, count = 1 + next(state) % (PAGES - first);
    if (madvise((char *)slot->memory + (size_t)first * PAGE, (size_t)count * PAGE, advice) != 0) return;
    for (int page = first; page < first + count; page++) {
        if (advice == MADV_DONTNEED) { slot->value[page] = 0; slot->loose[page] = false; }
        else slot->loose[page] = true;
    }
}

static void protect(struct slot *slot, uint64_t *state)
{
    int first = next(state) % PAGES, count = 1 + next(state) % (PAGES - first);
    char *at = (char *)slot->memory + (size_t)first * PAGE;
    MUST(mprotect(at, (size_t)count * PAGE, next(state) & 1 ? PROT_NONE : PROT_READ));
    sched_yield();
    MUST(mprotect(at, (size_t)count * PAGE, PROT_READ | PROT_WRITE));
}

static void act(struct slot *slot, uint64_t *state)
{
    if (!slot->memory) { map(slot, NULL); return; }
    switch (next(state) % 24) {
    case 0: MUST(munmap(slot->memory, (size_t)PAGES * PAGE)); slot->memory = NULL; break;
    case 1: map(slot, slot->memory); break;
    case 2: move(slot); break;
    case 3: case 4: protect(slot, state); break;
    case 5: case 6: give_back(slot, state, MADV_DONTNEED); break;
    case 7: give_back(slot, state, MADV_FREE); break;
    case 8: madvise(slot->memory, (size_t)PAGES * PAGE, next(state) & 1 ? MADV_HUGEPAGE : MADV_NOHUGEPAGE); break;
    case 9: case 10: check(slot); break;
    default:
        for (int i = 0; i < 24; i++) {
            int page = next(state) % PAGES;
            put(slot, page, next(state) % 16 ? (uint32_t)next(state) | 1 : 0);
        }
    }
}

static void *work(void *argument)
{
    int number = (int)(intptr_t)argument;
    uint64_t state = 4711 + number;
    while (!over) {
        act(&slots[number][next(&state) % SLOTS], &state);
        if (acts++ % 64 == 0) usleep(200); // it is not to take all of the machine
    }
    return NULL;
}

int main(void)
{
    law_begin();
    law_compares = false;
    for (int worker = 0; worker < WORKERS; worker++)
        for (int i = 0; i < SLOTS; i++) {
            map(&slots[worker][i], NULL);
            for (int page = 0; page < PAGES; page++) put(&slots[worker][i], page, page % 7 ? page + 1 : 0);
        }
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++) MUST_BE_0(pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i));
    while (acts == 0) law_sleep_ms(1);
    law_move();
    over = true;
    for (int i = 0; i < WORKERS; i++) MUST_BE_0(pthread_join(threads[i], NULL));
    for (int worker = 0; worker < WORKERS; worker++)
        for (int i = 0; i < SLOTS; i++) check(&slots[worker][i]);
    SAME(0, wrong);
    return law_verdict();
}
