// Several obstacles are listed at once: an inotify watch, System V memory, and a device that a child has too.
// obstacle: inotify
// obstacle: sysv-shm
// obstacle: device
#include "law.h"
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(void)
{
    law_begin();
    MUST(inotify_add_watch(MUST(inotify_init1(0)), law_directory, IN_MOVED_FROM));
    int memory = MUST(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600));
    void *at = shmat(memory, NULL, 0);
    HOLDS(at != (void *)-1);
    MUST(shmctl(memory, IPC_RMID, NULL));
    MUST(open("/dev/ptmx", O_RDWR | O_NOCTTY));
    pid_t child = MUST(fork());
    if (child == 0) for (;;) pause();
    law_move();
    SAME(0, kill(child, SIGKILL));
    SAME(child, waitpid(child, NULL, 0));
    return law_verdict();
}
