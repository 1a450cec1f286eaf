// Memory made by MAP_SHARED|MAP_ANONYMOUS stays one for a parent, its children and a grandchild: content, holes, locks and semaphores in it.
// law: far
#include "law.h"
#include <semaphore.h>

#define SIZE (8 << 20)
#define CHILDREN 3
#define TURNS 200

struct common {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    sem_t go, done;
    int counter, turn;
};

static struct common *common;
static char *memory;

static void count(int own)
{
    for (int i = 0; i < TURNS; i++) {
        pthread_mutex_lock(&common->lock);
        while (common->turn != own) pthread_cond_wait(&common->changed, &common->lock);
        common->counter++;
        common->turn = (common->turn + 1) % CHILDREN;
        pthread_cond_broadcast(&common->changed);
        pthread_mutex_unlock(&common->lock);
    }
}

static void child(int own)
{
    char *part = memory + (1 << 20) * own;
    while (sem_wait(&common->go) != 0) { }
    HOLDS(law_filled(memory + (4 << 20), 1 << 20, 40));
    count(own);
    law_fill(part, 1 << 16, 100 + own);
    sem_post(&common->done);
    _exit(law_verdict());
}

int main(void)
{
    law_begin();
    common = MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    memory = MUST(mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    pthread_mutexattr_t shared_lock;
    pthread_condattr_t shared_condition;
    pthread_mutexattr_init(&shared_lock);
    pthread_mutexattr_setpshared(&shared_lock, PTHREAD_PROCESS_SHARED);
    pthread_condattr_init(&shared_condition);
    pthread_condattr_setpshared(&shared_condition, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&common->lock, &shared_lock);
    pthread_cond_init(&common->changed, &shared_condition);
    MUST(sem_init(&common->go, 1, 0));
    MUST(sem_init(&common->done, 1, 0));
    pid_t children[CHILDREN];
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = MUST(fork());
        if (children[i] == 0 && i == CHILDREN - 1) {
            // The last one's work is done by its own child.
            pid_t grandchild = MUST(fork());
            if (grandchild == 0) child(i);
            int status = -1;
            waitpid(grandchild, &status, 0);
            _exit(status != 0);
        }
        if (children[i] == 0) child(i);
    }
    law_fill(memory + (4 << 20), 1 << 20, 40);
    law_move();
    for (int i = 0; i < CHILDREN; i++) sem_post(&common->go);
    for (int i = 0; i < CHILDREN; i++) while (sem_wait(&common->done) != 0) { }
    SAME(CHILDREN * TURNS, common->counter);
    for (int i = 0; i < CHILDREN; i++) {
        HOLDS(law_filled(memory + (1 << 20) * i, 1 << 16, 100 + i));
        HOLDS(law_zero(memory + (1 << 20) * i + (1 << 16), (1 << 20) - (1 << 16)));
    }
    for (int i = 0; i < CHILDREN; i++) {
        int status;
        SAME(children[i], waitpid(children[i], &status, 0));
        SAME(0, status);
    }
    return law_verdict();
}
