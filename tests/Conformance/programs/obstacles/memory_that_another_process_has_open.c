// Shared memory that a process outside has open, and does not map at the moment, can't be carried: it may map it again.
// obstacle: shared-memory.*/dev/shm/yado-open
// obstacle: shared-memory.*/dev/shm/yado-linked
// obstacle: shared-memory.*memfd:open
#include "../law.h"

int main(void)
{
    law_begin();
    char name[64], first[64], linked[64];
    snprintf(name, sizeof name, "/yado-open-%d", getpid());
    snprintf(first, sizeof first, "/dev/shm/yado-first-%d", getpid());
    snprintf(linked, sizeof linked, "/dev/shm/yado-linked-%d", getpid());
    int named = MUST(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600)), unnamed = MUST(memfd_create("open", 0));
    // As sem_open(3) makes its files: whoever has it open knows it by a name that is gone.
    int renamed = MUST(open(first, O_RDWR | O_CREAT | O_EXCL, 0600));
    MUST(link(first, linked));
    MUST(unlink(first));
    MUST(ftruncate(renamed, 4096));
    int again = MUST(open(linked, O_RDWR | O_CLOEXEC));
    MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0));
    MUST(close(again));
    MUST(ftruncate(named, 4096));
    MUST(ftruncate(unnamed, 4096));
    MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, named, 0));
    MUST(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, unnamed, 0));
    int ends[2];
    MUST(pipe(ends));
    pid_t child = MUST(fork());
    if (child == 0) {
        // Nobody's child that the test could mind; ends with the test.
        if (fork() == 0) {
            setsid();
            close(ends[1]);
            fcntl(named, F_SETFD, 0);
            // What it inherited is mapped in another program no more.
            char script[300];
            snprintf(script, sizeof script, ": >\"$LAW_DIR\"/held; read end <&%d; rm -f /dev/shm%s %s", ends[0], name, linked);
            execl("/bin/sh", "sh", "-c", script, NULL);
            _exit(127);
        }
        _exit(0);
    }
    MUST(waitpid(child, NULL, 0));
    close(ends[0]);
    fcntl(ends[1], F_SETFD, 0);
    while (access(law_path("held"), F_OK) != 0) law_sleep_ms(2);
    MUST(close(named));
    MUST(close(unnamed));
    MUST(close(renamed));
    law_move();
    return law_verdict();
}
