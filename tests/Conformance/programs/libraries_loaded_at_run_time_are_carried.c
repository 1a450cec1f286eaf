// A library loaded at run time works on, and another can be loaded after the move.
#include "law.h"
#include <dlfcn.h>

int main(void)
{
    law_begin();
    void *math = dlopen("libm.so.6", RTLD_NOW);
    if (!math) law_skip("libm.so.6");
    double (*square_root)(double) = (double (*)(double))dlsym(math, "sqrt");
    HOLDS(square_root(2.25) == 1.5);
    law_move();
    HOLDS(square_root(6.25) == 2.5);
    double (*cube_root)(double) = (double (*)(double))dlsym(math, "cbrt");
    HOLDS(cube_root(27) > 2.999999 && cube_root(27) < 3.000001);
    void *resolver = dlopen("libresolv.so.2", RTLD_NOW);
    HOLDS(resolver != NULL && dlsym(resolver, "ns_get16") != NULL);
    return law_verdict();
}
