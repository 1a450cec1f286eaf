// A dynamically linked number cruncher: primes, matrices, sines, a heap of strings.
#include "real/crunch.h"
#include <math.h>

enum { size = 160 };

static double matrices(int seed, double *trace)
{
    static double a[size][size], b[size][size], c[size][size];
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) { a[i][j] = sin(seed + i * 3 + j); b[i][j] = cos(seed - i + j * 5); }
    double sum = 0;
    for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++) {
            c[i][j] = 0;
            for (int k = 0; k < size; k++) c[i][j] += a[i][k] * b[k][j];
            sum += c[i][j] * c[i][j];
        }
    *trace = 0;
    for (int i = 0; i < size; i++) *trace += c[i][i];
    return sqrt(sum);
}

static unsigned long strings(int seed)
{
    enum { count = 20000 };
    char **all = malloc(count * sizeof *all);
    for (int i = 0; i < count; i++) {
        all[i] = malloc(16 + i % 64);
        sprintf(all[i], "%d/%x", i * seed, i ^ seed);
    }
    unsigned long sum = 5381;
    for (int i = 0; i < count; i++) for (char *at = all[i]; *at; at++) sum = sum * 33 + *at;
    for (int i = 0; i < count; i++) free(all[i]);
    free(all);
    return sum;
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    int rounds = atoi(argv[2]);
    double trace, norm = 0;
    unsigned long sum = 0;
    for (int round = 0; round < rounds; round++) {
        norm = matrices(round, &trace);
        sum = strings(round + 1);
        printf("%d %.17g %.17g %lu\n", round, norm, trace, sum);
        fflush(stdout);
    }
    while (!gate_open(argv)) {
        double again;
        if (matrices(rounds - 1, &again) != norm || again != trace) differs("the matrix");
        if (strings(rounds) != sum) differs("the strings");
    }
    printf("done\n");
    return 0;
}
