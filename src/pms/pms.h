/* Programs that know they move from host to host.
 *
 * Rename main to pms_main, link with -lpms, and the program is a job of the local yadokari daemon, also when it was
 * started without 'yado run'. Every call works without a daemon as well: nothing moves then. Calls that fail return -1
 * (or NULL) and set errno; pms_error() has the reason as one line. All of them may be called by any thread, none in a
 * signal handler.
 *
 * The daemon is found as yado finds it: in YADO_HOME, else in /var/lib/yadokari for root, else in
 * ~/.local/state/yadokari. PMS_NAME gives the job a name.
 *
 * example:
 *     #include <pms.h>
 *     #include <stdio.h>
 *
 *     int pms_main(int argc, char **argv)             // was: main
 *     {
 *         FILE *out = pms_fopen("result.txt", "w");   // was: fopen
 *         for (int i = 0; i < 1000; i++) {
 *             pms_hold();                             // not in the middle of this
 *             fprintf(out, "%d on %s\n", i, pms_host());
 *             pms_release();
 *         }
 *         return pms_fclose(out);
 *     }
 *
 *     cc job.c $(pkg-config --cflags --libs pms)
 *
 * The comments of this file are also the manual pages: see man.awk for what they look like. */
#ifndef PMS_H
#define PMS_H

#include <stdio.h>
#include <sys/types.h>

#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* What a program has in place of main.
 *
 * The library has the main of the program: it registers the process with the local daemon under the name PMS_NAME, if that
 * is set, and calls pms_main. Where no daemon answers the program runs as if nothing had been asked. In C it may be
 * defined with or without parameters, as main; a third parameter is the environment.
 * returns: what it returns is the exit status of the program. */
#ifdef __cplusplus
extern "C" {
/* C++ mangles names: the declaration keeps this one. In C it is left to the program. */
int pms_main(int argc, char **argv);
#endif

#define PMS_RESUMED 0   /* this is the process that was resumed from the context file */
#define PMS_CONTINUED 1 /* this is the process that was saved, and goes on */

/* Registers with the local daemon.
 *
 * The library does it before pms_main; a program with a main of its own, or one that is started before the daemon, calls it
 * itself. Doing it again does no harm. name is that of the job, or NULL for that of the program.
 * returns: 0, or -1 with errno.
 * errno:
 *   ENOTCONN      no daemon answers
 *   EPERM         the daemon is another user's
 *   EBUSY         it refuses, pms_error() says why
 *   EINVAL        the name can't be one
 *   ENAMETOOLONG  the name is too long
 *   ECONNABORTED  the daemon went away in the middle of the call */
int pms_register(const char *name);

/* Open and close files whose content is in place after a move.
 *
 * As open(2), close(2), fopen(3) and fclose(3). What is written through them is on the disk of the file server when a
 * writer has closed it, so that a program that moved, and others on its new host, read what was written. Files are found
 * on the new host under the same name, and their content does not travel, unless pms_travels(3) says so. 'yado inspect'
 * tells which files of a context file were opened so.
 * returns: as their namesakes.
 * errno: as their namesakes; pms_close and pms_fclose those of fsync(2) as well. The file is closed all the same.
 *   EIO      what was written is not on the disk
 *   ENOSPC   the disk is full */
int pms_open(const char *path, int flags, ...);
int pms_close(int fd);
FILE *pms_fopen(const char *path, const char *mode);
int pms_fclose(FILE *stream);

/* Says that the content of an open file comes along.
 *
 * fd was opened by pms_open, or is fileno(3) of a stream of pms_fopen. The content then travels with the process, in a move and
 * in a context file, for as long as the file is open. Where no file is at its path it is made there, with the same mode, as
 * soon as the move is committed. Where one is, it must hold the same (as with a file system that both hosts share: that file
 * is used) or the beginning of the same (as what the process left behind there on an earlier visit: it is replaced);
 * anything else refuses the move. What is left behind on the old host stays as it was.
 * returns: 0, or -1 with errno.
 * errno:
 *   EBADF  it was not opened by pms_open or pms_fopen, or is not open */
int pms_travels(int fd);

/* Hold the process in place for a while.
 *
 * Between the two the process is neither moved nor saved; a request waits (30 s unless --hold-timeout says otherwise, then it
 * is refused and the program goes on). They nest, per thread. pms_hold waits for a move that is under way already. A hold
 * costs two atomic additions and no system call. A thread must release what it holds: one that ends before leaves the
 * process held for ever.
 * returns: 0, or -1 with errno.
 * errno:
 *   EPERM    released without a hold of this thread
 *   EDEADLK  held inside a callback
 *   EAGAIN   nested a million deep */
int pms_hold(void);
int pms_release(void);

/* Saves this process as an executable context file and goes on.
 *
 * path is the file, which must not exist. Executing it resumes the process, on any host, as often as it is executed.
 * returns: like fork, PMS_CONTINUED (1) in this process, PMS_RESUMED (0) in each one that is resumed from the file, or -1
 * with errno.
 * errno:
 *   ENOTCONN      no daemon answers
 *   EEXIST        the file is there already
 *   ENOENT        its directory does not exist
 *   EINVAL        no path is given
 *   ENAMETOOLONG  the path is too long
 *   EDEADLK       inside a hold or a callback
 *   EBUSY         the process has obstacles or is held by another thread, pms_error() lists them
 *   EIO           the file can't be written
 *   ECONNABORTED  the daemon went away meanwhile */
int pms_checkpoint(const char *path);

/* Call back before the process is moved or saved, and afterwards.
 *
 * Afterwards also when nothing came of it. On a thread of the library, with every signal blocked: everything may be called
 * there but pms_hold and pms_checkpoint. The capture waits for the callbacks (30 s). Those before run when nothing holds,
 * the last one registered first, and before obstacles are looked for: connections can be closed there, and opened again
 * afterwards.
 * returns: 0, or -1 with errno.
 * errno:
 *   EINVAL  no callback is given
 *   ENOSPC  there are 32 already
 *   EAGAIN  no thread can be started */
int pms_on_before_move(void (*callback)(void));
int pms_on_after_move(void (*callback)(void));

/* The name of the host this runs on.
 *
 * As its daemon calls it; without a daemon that of the machine.
 * returns: the name, valid until the next call by the same thread. */
const char *pms_host(void);

/* How many times this process has been moved or resumed.
 * returns: the number. */
unsigned pms_moves(void);

/* Why the last call of this thread failed.
 * returns: one line; "" when the errno says it all. */
const char *pms_error(void);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif
#endif
