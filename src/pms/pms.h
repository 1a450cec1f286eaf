/* pms.h: for programs that know they move.
 *
 * Rename main to pms_main, link with -lpms, and the program is a job of the local yadokari daemon, also when it was
 * started without `yado run`. Every call works without a daemon as well: nothing moves then. Calls that fail return -1
 * (or NULL) and set errno; pms_error() has the reason as one line. All of them may be called by any thread, none in a
 * signal handler. docs/pms.md and pms(3) tell more. */
#ifndef PMS_H
#define PMS_H

#include <stdio.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
/* C++ mangles names: the declaration keeps this one. In C it is left to the program, which may define it with or
 * without parameters, as main. */
int pms_main(int argc, char **argv);
#endif

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

#define PMS_RESUMED 0   /* this is the process that was resumed from the context file */
#define PMS_CONTINUED 1 /* this is the process that was saved, and goes on */

/* Registers with the local daemon. The library does it before pms_main; a program with a main of its own, or one that
 * is started before the daemon, calls it itself. Doing it again does no harm.
 * name: of the job, or NULL for that of the program.
 * errno: ENOTCONN no daemon answers, EPERM the daemon is another user's, EBUSY it refuses (see pms_error). */
int pms_register(const char *name);

/* As open(2), close(2), fopen(3), fclose(3). What is written through them is on the disk of the file server when a
 * writer has closed it, so that a program that moved, and others on its new host, read what was written. Files are found
 * on the new host under the same name: their content does not travel. */
int pms_open(const char *path, int flags, ...);
int pms_close(int fd);
FILE *pms_fopen(const char *path, const char *mode);
int pms_fclose(FILE *stream);

/* Between the two the process is neither moved nor saved; a request waits (30 s, then it is refused and the program
 * goes on). They nest, per thread. pms_hold() waits for a move that is under way already.
 * errno: EPERM released without a hold of this thread, EDEADLK held inside a callback, EAGAIN nested too deep. */
int pms_hold(void);
int pms_release(void);

/* Saves this process as the executable context file PATH and goes on, like fork: PMS_CONTINUED in this process,
 * PMS_RESUMED in each one that is resumed from the file.
 * errno: ENOTCONN no daemon, EEXIST, ENOENT, ENAMETOOLONG wrong path, EDEADLK inside a hold or callback, EBUSY the
 * process has obstacles or is held (see pms_error), EIO it can't be written, ECONNABORTED the daemon is gone. */
int pms_checkpoint(const char *path);

/* Calls back before the process is moved or saved, and afterwards (also when nothing came of it): on a thread of the
 * library, with every signal blocked. The capture waits for the callbacks (30 s). Before: last registered first.
 * errno: EINVAL no callback, ENOSPC more than 32, EAGAIN no thread. */
int pms_on_before_move(void (*callback)(void));
int pms_on_after_move(void (*callback)(void));

/* Name of the host this runs on, as its daemon calls it; without a daemon that of the machine. Valid until the next
 * call by the same thread. */
const char *pms_host(void);

/* How many times this process has been moved or resumed. */
unsigned pms_moves(void);

/* Why the last call of this thread failed, one line; "" when the errno says it all. */
const char *pms_error(void);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif
#endif
