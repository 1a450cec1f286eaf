// Code that the program generated runs on, in a page that was writable before it became executable.
#include "law.h"

typedef long function(long);

int main(void)
{
    law_begin();
    unsigned char *page = MUST(mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    static const unsigned char code[] = { 0x48, 0x8d, 0x44, 0x7f, 0x05, 0xc3 };  // lea rax, [rdi+rdi*2+5]; ret: 3x + 5
    memcpy(page + 4090, code, sizeof code);
    MUST(mprotect(page, 8192, PROT_READ | PROT_EXEC));
    SAME(305, ((function *)(page + 4090))(100));
    law_move();
    SAME(305, ((function *)(page + 4090))(100));
    HOLDS(strstr(law_maps_line(page), " r-xp ") != NULL);
    MUST(mprotect(page, 8192, PROT_READ | PROT_WRITE));
    page[4094] = 6;
    MUST(mprotect(page, 8192, PROT_READ | PROT_EXEC));
    SAME(306, ((function *)(page + 4090))(100));
    return law_verdict();
}
