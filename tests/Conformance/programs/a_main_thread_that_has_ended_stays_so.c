// A main thread that has ended while others run has ended afterwards, and they run on; so in a child.
// law: far
#include "law.h"

static _Atomic long counted;
static _Atomic int ending;
static int lock_file, pipes[2];
static pid_t leader, relative;
static int go[2], ready[2];
static pthread_mutex_t robust;

static char state_of(pid_t pid)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", getpid(), pid);
    int file = MUST(open(path, O_RDONLY));
    MUST(read(file, text, sizeof text - 1));
    close(file);
    return strrchr(text, ')')[2];
}

static void await_end_of_leader(void)
{
    for (int i = 0; i < 2000 && state_of(leader) != 'Z'; i++) law_sleep_ms(1);
}

static void *count(void *unused)
{
    (void)unused;
    while (!ending) { counted++; law_sleep_ms(1); }
    return NULL;
}

static void check(pthread_t counter)
{
    long before = counted;
    law_sleep_ms(20);
    HOLDS(counted > before);
    await_end_of_leader();
    SAME('Z', state_of(leader));
    SAME(leader, getpid());
    HOLDS(gettid() != leader);
    char text[8] = "";
    SAME(4, read(pipes[0], text, sizeof text));
    SAME_TEXT("wait", text);
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
    SAME(0, fcntl(lock_file, F_GETLK, &lock));
    SAME(F_UNLCK, lock.l_type); // one's own does not stand in the way
    pid_t other = MUST(fork());
    if (other == 0) {
        struct flock held = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
        MUST(fcntl(lock_file, F_GETLK, &held));
        _exit(held.l_type == F_WRLCK && held.l_pid == leader ? 7 : 1);
    }
    int status;
    SAME(other, waitpid(other, &status, 0));
    SAME(7, WEXITSTATUS(status));
    SAME(EOWNERDEAD, pthread_mutex_lock(&robust)); // the main thread has died with it
    ending = 1;
    MUST_BE_0(pthread_join(counter, NULL));
}

static void set_up(void)
{
    leader = getpid();
    MUST(pipe(pipes));
    MUST(write(pipes[1], "wait", 4));
    lock_file = MUST(open(law_path(relative == 0 ? "lock of the child" : "lock"), O_RDWR | O_CREAT, 0600));
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
    MUST(fcntl(lock_file, F_SETLK, &lock));
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    MUST_BE_0(pthread_mutex_init(&robust, &attributes));
}

static void *child(void *unused)
{
    (void)unused;
    await_end_of_leader();
    pthread_t counter;
    MUST_BE_0(pthread_create(&counter, NULL, count, NULL));
    MUST(write(ready[1], "!", 1));
    char byte;
    while (read(go[0], &byte, 1) != 0) { }
    check(counter);
    exit(law_verdict());
}

static void *run(void *unused)
{
    (void)unused;
    await_end_of_leader();
    pthread_t counter;
    MUST_BE_0(pthread_create(&counter, NULL, count, NULL));
    law_move();
    check(counter);
    close(go[1]);
    int status;
    SAME(relative, waitpid(relative, &status, 0));
    SAME(0, status);
    exit(law_verdict());
}

int main(void)
{
    law_begin();
    MUST(pipe(go));
    MUST(pipe(ready));
    relative = MUST(fork());
    set_up();
    if (relative == 0) close(go[1]);
    else {
        char byte;
        close(go[0]);
        SAME(1, read(ready[0], &byte, 1));
        close(ready[0]);
    }
    pthread_t thread;
    MUST_BE_0(pthread_create(&thread, NULL, relative == 0 ? child : run, NULL));
    MUST_BE_0(pthread_mutex_lock(&robust));
    pthread_exit(NULL);
}
