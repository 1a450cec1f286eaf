// A statically linked program is carried: heap, thread-local storage, stdio buffers.
// law: static
#include "law.h"

static __thread int local = 5;

int main(void)
{
    law_begin();
    FILE *file = fopen(law_path("text"), "w+");
    fprintf(file, "first line\n");
    local = 17;
    char *heap = malloc(100000);
    law_fill(heap, 100000, 1);
    law_move();
    SAME(17, local);
    HOLDS(law_filled(heap, 100000, 1));
    fprintf(file, "second line\n");
    rewind(file);
    char line[64];
    SAME_TEXT("first line\n", fgets(line, sizeof line, file));
    SAME_TEXT("second line\n", fgets(line, sizeof line, file));
    return law_verdict();
}
