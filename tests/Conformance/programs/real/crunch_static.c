// A statically linked number cruncher.
// law: static
#include "crunch.c"
