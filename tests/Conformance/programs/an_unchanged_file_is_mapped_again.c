// A mapping of a file that the program has not changed is one of that file again: by its name, and when its pages are given back.
// law: far
#include "law.h"

static int mappings_of(const char *path)
{
    char line[4096];
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps))
    {
        size_t length = strlen(line), tail = strlen(path);
        count += length > tail && line[length - 1] == '\n' && memcmp(line + length - 1 - tail, path, tail) == 0;
    }
    fclose(maps);
    return count;
}

int main(void)
{
    law_begin();
    size_t size = 200 * 4096;
    char *content = malloc(size);
    law_fill(content, size, 21);
    int fd = MUST(open(law_path("unchanged"), O_CREAT | O_RDWR, 0644));
    MUST(write(fd, content, size));
    char *view = MUST(mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0));
    char *code = MUST(mmap(NULL, 4 * 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 8 * 4096));
    close(fd);
    char path[512];
    snprintf(path, sizeof path, "%s", law_path("unchanged"));
    int before = mappings_of(path);
    MUST(before == 2 ? 0 : -1);
    law_move();
    SAME(before, mappings_of(path));
    HOLDS(memcmp(view, content, size) == 0);
    HOLDS(memcmp(code, content + 8 * 4096, 4 * 4096) == 0);
    MUST(madvise(view, size, MADV_DONTNEED));
    HOLDS(memcmp(view, content, size) == 0);
    // It stays a private one.
    MUST(mprotect(view, size, PROT_READ | PROT_WRITE));
    law_fill(view, size, 22);
    HOLDS(law_filled(view, size, 22));
    fd = MUST(open(law_path("unchanged"), O_RDONLY));
    char *file = malloc(size);
    MUST(read(fd, file, size));
    HOLDS(memcmp(file, content, size) == 0);
    return law_verdict();
}
