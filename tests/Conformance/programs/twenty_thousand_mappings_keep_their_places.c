// 20,000 mappings of private, shared and no memory keep places, protections and content.
// law: nocompare
#include "law.h"

enum { count = 20000, page = 4096 };

int main(void)
{
    law_begin();
    law_compares = false; // more than its buffer holds
    char *base = MUST(mmap(NULL, (size_t)count * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    for (int i = 0; i < count; i += 2)
        if (mprotect(base + (size_t)i * page, page, PROT_READ | PROT_WRITE) != 0) law_skip("20,000 mappings");
    for (int i = 0; i < count; i += 2) *(long *)(base + (size_t)i * page) = i + 1;
    // Every tenth is memory shared with nobody, an object of its own.
    for (int i = 0; i < count; i += 20) {
        char *at = base + (size_t)i * page;
        MUST(mmap(at, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
        *(long *)at = -i - 1;
    }
    law_move();
    for (int i = 0; i < count; i++) {
        char *at = base + (size_t)i * page;
        if (i % 2 == 1) {
            // Not readable: asked by a system call, which says so.
            if (i % 500 == 1) HOLDS(write(2, at, 1) == -1 && errno == EFAULT);
            continue;
        }
        long wanted = i % 20 == 0 ? -i - 1 : i + 1;
        if (*(long *)at != wanted) { SAME(wanted, *(long *)at); break; }
        *(long *)at = 0;
    }
    return law_verdict();
}
