// Sixteen threads that do AVX arithmetic and take turns under locks.
// compile: -mavx2 -mfma
#include "real/crunch.h"
#include <immintrin.h>
#include <pthread.h>
#include <stdatomic.h>

enum { threads = 16, width = 4096 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t next = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t round_over;
static int turn, rounds, last;
static double total;
static unsigned long order = 5381;
static char **arguments;
static atomic_int wrong;

static double work(int number, int round)
{
    static _Thread_local float data[width] __attribute__((aligned(32)));
    for (int i = 0; i < width; i++) data[i] = (float)((i * 7 + number * 13 + round) % 1000) / 1000;
    __m256 sum = _mm256_setzero_ps(), factor = _mm256_set1_ps(0.9995f);
    for (int pass = 0; pass < 60; pass++)
        for (int i = 0; i < width; i += 8) {
            __m256 part = _mm256_load_ps(data + i);
            sum = _mm256_fmadd_ps(part, factor, sum);
            _mm256_store_ps(data + i, _mm256_mul_ps(part, factor));
        }
    float parts[8];
    _mm256_storeu_ps(parts, sum);
    double all = 0;
    for (int i = 0; i < 8; i++) all += parts[i];
    return all;
}

static void *run(void *argument)
{
    int number = (int)(long)argument;
    double mine = 0;
    for (int round = 0; round < rounds; round++) {
        mine = work(number, round);
        pthread_mutex_lock(&lock);
        while (turn != number) pthread_cond_wait(&next, &lock);
        total += mine;
        order = order * 33 + number;
        turn = (turn + 1) % threads;
        pthread_cond_broadcast(&next);
        pthread_mutex_unlock(&lock);
        if (pthread_barrier_wait(&round_over) == PTHREAD_BARRIER_SERIAL_THREAD) {
            printf("%d %.17g %lu\n", round, total, order);
            fflush(stdout);
        }
        pthread_barrier_wait(&round_over);
    }
    while (!gate_open(arguments)) {
        if (work(number, rounds - 1) != mine) wrong++;
        pthread_mutex_lock(&lock);
        last = number;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    arguments = argv;
    rounds = atoi(argv[2]);
    pthread_barrier_init(&round_over, NULL, threads);
    pthread_t all[threads];
    for (long i = 0; i < threads; i++) pthread_create(&all[i], NULL, run, (void *)i);
    for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
    if (wrong) differs("the sum");
    printf("done\n");
    return 0;
}
