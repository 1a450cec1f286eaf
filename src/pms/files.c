#define _GNU_SOURCE
#include "mailbox.h"
#include "pms.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILES ((int)(sizeof pms_box->files / sizeof pms_box->files[0]))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int absolute(const char *path, char *full, size_t size)
{
    size_t used = 0;
    if (path[0] != '/') {
        if (getcwd(full, size) == NULL)
            return -1;
        used = strlen(full);
        if (used + 1 >= size)
            return -1;
        full[used++] = '/';
    }
    if (used + strlen(path) >= size)
        return -1;
    strcpy(full + used, path);
    return 0;
}

/* With the lock held. */
static struct mailbox_file *find(int fd)
{
    for (int i = 0; i < MAX_FILES; i++)
        if (pms_box->files[i].use != FILE_FREE && pms_box->files[i].fd == fd)
            return &pms_box->files[i];
    return NULL;
}

/* A file that finds no place in the table is found by path, as every file of other programs. */
static void keep(int fd, const char *path)
{
    int saved = errno;
    pms_prepare();
    pthread_mutex_lock(&lock);
    struct mailbox_file *file = find(fd); /* closed behind the library's back */
    for (int i = 0; file == NULL && i < MAX_FILES; i++)
        if (pms_box->files[i].use == FILE_FREE)
            file = &pms_box->files[i];
    if (file != NULL) {
        file->use = FILE_FREE;
        file->fd = fd;
        if (absolute(path, file->path, sizeof file->path) == 0)
            atomic_store(&file->use, FILE_BY_PATH);
    }
    pthread_mutex_unlock(&lock);
    errno = saved;
}

static void forget(int fd)
{
    if (pms_box == NULL)
        return;
    pthread_mutex_lock(&lock);
    struct mailbox_file *file = find(fd);
    if (file != NULL)
        atomic_store(&file->use, FILE_FREE);
    pthread_mutex_unlock(&lock);
}

/* What a writer wrote is at the file server before its descriptor is gone: a host that the process moves to, or another
 * process there, reads it. Pipes and the like have nothing to flush. */
static int flush(int fd)
{
    int mode = fcntl(fd, F_GETFL);
    if (mode == -1)
        return -1;
    if ((mode & O_ACCMODE) == O_RDONLY || fsync(fd) == 0 || errno == EINVAL || errno == EROFS)
        return 0;
    return -1;
}

int pms_travels(int fd)
{
    pms_prepare();
    pthread_mutex_lock(&lock);
    struct mailbox_file *file = find(fd);
    if (file != NULL)
        atomic_store(&file->use, FILE_TRAVELS);
    pthread_mutex_unlock(&lock);
    return file != NULL ? 0 : pms_fail(EBADF, "the descriptor was not opened by pms_open or pms_fopen, or 63 others were");
}

int pms_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    int fd = open(path, flags, mode);
    if (fd != -1)
        keep(fd, path);
    return fd;
}

int pms_close(int fd)
{
    int error = flush(fd) == -1 ? errno : 0;
    forget(fd);
    if (close(fd) == -1)
        return -1;
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

FILE *pms_fopen(const char *path, const char *mode)
{
    FILE *stream = fopen(path, mode);
    if (stream != NULL)
        keep(fileno(stream), path);
    return stream;
}

int pms_fclose(FILE *stream)
{
    int fd = fileno(stream);
    int error = fflush(stream) == EOF || flush(fd) == -1 ? errno : 0;
    if (fd != -1)
        forget(fd);
    if (fclose(stream) == EOF)
        return EOF;
    if (error == 0)
        return 0;
    errno = error;
    return EOF;
}
