/* Saves one variable of each kind, and looks whether they come back: kinds save|restore|twice|rest FILE */
#include <mrpc.h>
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "server.h"

enum color { RED, GREEN };
typedef struct {
    int8_t a;
    uint64_t b;
} pair;
struct item {
    struct item *next;
    char *name;
    short counted;
    float *values;
    void *cache;
};

static int number = 1;
static long long large;
static bool_t yes;
static unsigned char small;
static enum color shade;
static double means[3];
static char text[16];
static int grid[2][3];
static char *title = "a literal, which nobody may free", *nothing = "something";
static char *names[2] = {"literal", NULL};
static pair *one, *none;
static pair pairs[2];
static int *numbers;
static size_t how_many;
static char **lines;
static unsigned line_count;
static struct item *first;
static int hooked;
static int arrivals;

static void arrived(void)
{
    arrivals++;
}

__attribute__((unused)) static bool_t move_hooked(XDR *xdrs)
{
    return xdr_int(xdrs, &hooked);
}

static void fill(int of)
{
    number = -5 * of;
    large = -(1LL << 60) - of;
    yes = TRUE;
    small = 200;
    shade = GREEN;
    means[2] = 0.1 * of;
    memcpy(text, "not ended 123456", 16);
    grid[1][2] = of;
    title = strdup(of == 1 ? "a title" : "another title");
    nothing = NULL;
    names[0] = NULL;
    names[1] = strdup("second");
    one = calloc(1, sizeof *one);
    one->a = -1;
    one->b = UINT64_MAX;
    none = NULL;
    pairs[1].b = 77;
    how_many = 100 * (size_t)of;
    numbers = calloc(how_many, sizeof *numbers);
    numbers[how_many - 1] = 42;
    line_count = 2;
    lines = calloc(2, sizeof *lines);
    lines[0] = strdup("the first line");
    lines[1] = strdup("");
    for (int i = 0; i < 3; i++) {
        struct item *item = calloc(1, sizeof *item);
        char name[8];
        snprintf(name, sizeof name, "item %d", i);
        item->name = strdup(name);
        item->counted = (short)i;
        item->values = i == 0 ? NULL : calloc((size_t)i, sizeof *item->values);
        if (i == 2)
            item->values[1] = 2.5f;
        item->cache = item;
        item->next = first;
        first = item;
    }
    hooked = 9 * of;
}

static void check(int of)
{
    assert(number == -5 * of && large == -(1LL << 60) - of && yes && small == 200 && shade == GREEN && means[2] == 0.1 * of);
    assert(memcmp(text, "not ended 123456", 16) == 0 && grid[1][2] == of && strcmp(title, of == 1 ? "a title" : "another title") == 0);
    assert(nothing == NULL && names[0] == NULL && strcmp(names[1], "second") == 0 && one->a == -1 && one->b == UINT64_MAX && none == NULL);
    assert(pairs[1].b == 77 && how_many == 100 * (size_t)of && numbers[how_many - 1] == 42 && numbers[0] == 0);
    assert(line_count == 2 && strcmp(lines[0], "the first line") == 0 && lines[1][0] == 0 && hooked == 9 * of);
    assert(strcmp(first->name, "item 2") == 0 && first->values[1] == 2.5f && first->cache == NULL && first->counted == 2);
    assert(strcmp(first->next->next->name, "item 0") == 0 && first->next->next->values == NULL && first->next->next->next == NULL);
}

/* What the rest of the library has; the state is tested without it. */
bool_t mrpc_callers_write(XDR *xdrs)
{
    (void)xdrs;
    return TRUE;
}

bool mrpc_callers_read(XDR *xdrs)
{
    (void)xdrs;
    return true;
}

static void say(const char *problem)
{
    if (problem != NULL) {
        puts(problem);
        exit(1);
    }
}

/* Sends what it has ahead, as the library does; the bytes stay the caller's. */
static void save_ahead(struct mrpc_buffer *state)
{
    say(mrpc_state_save(false, state));
    struct mrpc_buffer kept = *state;
    kept.bytes = malloc(state->length);
    memcpy(kept.bytes, state->bytes, state->length);
    mrpc_state_keep_ahead(&kept);
    assert(kept.bytes == NULL);
}

/* With these values it is sent ahead, with those it is saved last; how many variables the last has, and that they come back. */
static void change(const char *from, const char *to, unsigned lines_from, unsigned lines_to, unsigned changed)
{
    struct mrpc_buffer state = {0}, last = {0};
    uint32_t build, count;
    title = strdup(from);
    lines = calloc(2, sizeof *lines);
    lines[0] = strdup("the first line");
    line_count = lines_from;
    save_ahead(&state);
    title = strdup(to);
    line_count = lines_to;
    say(mrpc_state_save(true, &last));
    mrpc_state_forget_ahead();
    memcpy(&build, last.bytes + 16, sizeof build);
    memcpy(&count, last.bytes + 20 + RNDUP(ntohl(build)), sizeof count);
    assert(ntohl(count) == changed);
    say(mrpc_state_restore(false, state.bytes, state.length));
    assert(strcmp(title, from) == 0 && line_count == lines_from);
    say(mrpc_state_restore(true, last.bytes, last.length));
    assert(strcmp(title, to) == 0 && line_count == lines_to && strcmp(lines[0], "the first line") == 0);
    free(state.bytes);
    free(last.bytes);
}

int main(int argc, char **argv)
{
    struct mrpc_buffer state = {0}, last = {0};
    assert(argc == 3);
    if (strcmp(argv[1], "save") == 0) {
        fill(1);
        say(mrpc_state_save(true, &state));
        FILE *file = fopen(argv[2], "wb");
        assert(file != NULL && fwrite(state.bytes, 1, state.length, file) == state.length && fclose(file) == 0);
        _exit(0);
    }
    if (strcmp(argv[1], "restore") == 0) {
        char *bytes = malloc(1 << 20);
        FILE *file = fopen(argv[2], "rb");
        assert(file != NULL);
        size_t length = fread(bytes, 1, 1 << 20, file);
        /* Nothing is touched by what is damaged. */
        bytes[length / 2] ^= 1;
        assert(strstr(mrpc_state_restore(true, bytes, length), "checksum") != NULL && number == 1);
        bytes[length / 2] ^= 1;
        assert(mrpc_state_restore(true, bytes, length / 2) != NULL && number == 1);
        say(mrpc_state_restore(true, bytes, length));
        check(1);
    } else if (strcmp(argv[1], "rest") == 0) {
        char longest[551] = "";
        memset(longest, 'x', 550);
        fill(1);
        change("as it was", "as it was", 2, 2, 0);
        change("as it was", "as it is", 2, 2, 1);
        change("as it was", "as", 2, 2, 1);
        change("as", "as it was", 2, 2, 1);
        change("", longest, 2, 1, 3);
        change(longest, "", 1, 2, 3);
        arrivals = 1;
    } else {
        /* Ahead, then what has changed: it is freed once and restored. */
        fill(1);
        save_ahead(&state);
        first = NULL;
        fill(2);
        say(mrpc_state_save(true, &last));
        title = NULL;
        say(mrpc_state_restore(false, state.bytes, state.length));
        check(1);
        assert(arrivals == 0);
        say(mrpc_state_restore(true, last.bytes, last.length));
        check(2);
    }
    assert(arrivals == 1);
    puts("all is as it was");
    fflush(stdout);
    _exit(0);
}
