// What prctl and arch_prctl set for one thread is kept for that thread and no other.
#include "law.h"

enum { time_stamps = 1, machine_check = 2, cpuid_faults = 4 };
static pthread_barrier_t set, moved;
static int changed;

static int settings(void)
{
    int time = 0, result = 0;
    MUST(prctl(PR_GET_TSC, &time));
    if (time == PR_TSC_SIGSEGV) result |= time_stamps;
    if (prctl(PR_MCE_KILL_GET, 0, 0, 0, 0) == PR_MCE_KILL_EARLY) result |= machine_check;
    if (syscall(SYS_arch_prctl, 0x1011, 0) == 0) result |= cpuid_faults;
    return result;
}

static void *work(void *argument)
{
    (void)argument;
    MUST(prctl(PR_SET_TSC, PR_TSC_SIGSEGV));
    MUST(prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0));
    syscall(SYS_arch_prctl, 0x1012, 0); // where the processor can
    changed = settings();
    pthread_barrier_wait(&set);
    pthread_barrier_wait(&moved);
    SAME(changed, settings());
    return NULL;
}

int main(void)
{
    law_begin();
    pthread_t thread;
    pthread_barrier_init(&set, NULL, 2);
    pthread_barrier_init(&moved, NULL, 2);
    MUST_BE_0(pthread_create(&thread, NULL, work, NULL));
    pthread_barrier_wait(&set);
    HOLDS((changed & (time_stamps | machine_check)) == (time_stamps | machine_check));
    law_move();
    SAME(0, settings());
    pthread_barrier_wait(&moved);
    pthread_join(thread, NULL);
    return law_verdict();
}
