// Arguments, environment, auxiliary vector and program file are still what /proc and the C library say.
// law: nocompare
#include "law.h"
#include <sys/auxv.h>

int main(int argc, char **argv)
{
    law_begin();
    char before[4096], after[4096];
    long length = law_read("/proc/self/cmdline", before, sizeof before);
    unsigned long page = getauxval(AT_PAGESZ), entry = getauxval(AT_ENTRY), vdso = getauxval(AT_SYSINFO_EHDR);
    char *random = (char *)getauxval(AT_RANDOM), bytes[16];
    memcpy(bytes, random, 16);
    char *word = getenv("LAW_WORD");
    law_move();
    SAME(length, law_read("/proc/self/cmdline", after, sizeof after));
    HOLDS(memcmp(before, after, length) == 0);
    SAME_TEXT(argv[0], after);
    HOLDS(argc >= 1 && (uintptr_t)word == (uintptr_t)getenv("LAW_WORD"));
    long n = law_read("/proc/self/environ", after, sizeof after);
    if (word) HOLDS(memmem(after, n, "LAW_WORD=", 9) != NULL);
    SAME(page, getauxval(AT_PAGESZ));
    SAME(entry, getauxval(AT_ENTRY));
    SAME(vdso, getauxval(AT_SYSINFO_EHDR));
    HOLDS(memcmp(bytes, random, 16) == 0 && memcmp((void *)vdso, "\177ELF", 4) == 0);
    HOLDS(strstr(law_maps_line((void *)vdso), "[vdso]") != NULL);
    // Something that can be read must be there, under whatever name.
    char magic[4] = "";
    int exe = open("/proc/self/exe", O_RDONLY);
    HOLDS(exe >= 0 && read(exe, magic, 4) == 4 && memcmp(magic, "\177ELF", 4) == 0);
    return law_verdict();
}
