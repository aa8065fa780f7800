/* The operations of the file layer, and the names by which programs call them. What it is for is told in powercut.h. */
#include "powercut.h"

/* Records a new size that is about to be set. */
static void record_size(int fd, struct handle *h, off_t size) {
    struct stat st;
    if (size < 0 || fstat(fd, &st) || st.st_size == size) return;
    struct record r = {.kind = TRUNCATE, .ino = h->ino, .offset = (uint64_t)size, .old_size = (uint64_t)st.st_size};
    r.old_len = size < st.st_size ? (uint64_t)(st.st_size - size) : 0;
    void *old = read_old(fd, h, size, r.old_len);
    append(&r, h->path, "", old);
    free(old);
}

static int truncate_locked(int fd, struct handle *h, off_t size) {
    operation();
    record_size(fd, h, size);
    return (int)syscall(SYS_ftruncate, fd, size);
}

static int do_truncate(int fd, off_t size) {
    struct handle *h = tracked_file(fd);
    if (!h) return (int)syscall(SYS_ftruncate, fd, size);
    lock();
    int result = truncate_locked(fd, h, size);
    unlock();
    return result;
}

static ssize_t raw_write(int fd, const struct iovec *parts, int n, off_t at, int positioned) {
    return positioned ? syscall(SYS_pwritev, fd, parts, (long)n, at, 0L) : syscall(SYS_writev, fd, parts, (long)n);
}

static ssize_t do_write(int fd, const struct iovec *parts, int n, off_t at, int positioned) {
    struct stat st;
    size_t len = 0;
    for (int i = 0; i < n; i++) len += parts[i].iov_len;
    struct handle *h = len ? tracked_file(fd) : NULL;
    if (!h) return raw_write(fd, parts, n, at, positioned);
    lock();
    operation();
    ssize_t done = -1;
    if (fstat(fd, &st)) refuse("cannot stat");
    off_t to = fcntl(fd, F_GETFL) & O_APPEND ? st.st_size : positioned ? at : lseek(fd, 0, SEEK_CUR);
    if (to + (off_t)len > st.st_size && injected("enospc", h->path)) {
        errno = ENOSPC;
    } else {
        struct record r = {.kind = WRITE, .ino = h->ino, .offset = (uint64_t)to, .length = len, .old_size = (uint64_t)st.st_size};
        if (to < st.st_size) r.old_len = to + (off_t)len < st.st_size ? len : (uint64_t)(st.st_size - to);
        void *old = read_old(fd, h, to, r.old_len);
        append(&r, h->path, "", old);
        free(old);
        done = raw_write(fd, parts, n, at, positioned);
    }
    unlock();
    return done;
}

/* Covers what the journal held when it began: what others write during the sync may or may not be part of it. */
static int do_sync(int fd, long call) {
    struct handle *h = tracked(fd);
    if (!h) return (int)syscall(call, fd);
    lock();
    operation();
    int is_file = h->kind == REGULAR;
    struct record r = {.kind = SYNCED, .ino = is_file ? h->ino : 0, .covers = *end};
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", h->path);
    unlock();
    if (is_file) wait_at_gate(path);
    int failing = injected("fsync", path), result = failing ? -1 : (int)syscall(call, fd);
    if (failing) errno = EIO;
    if (result) r.kind = SYNC_FAILED;
    int error = errno;
    lock();
    append(&r, path, "", NULL);
    errno = error;
    unlock();
    return result;
}

static int do_open(int dirfd, const char *path, int flags, mode_t mode) {
    char rel[PATH_MAX];
    struct stat st;
    if (!(flags & (O_CREAT | O_TRUNC)) || (flags & O_TMPFILE) == O_TMPFILE || !inside(dirfd, path, rel)) {
        int fd = (int)syscall(SYS_openat, dirfd, path, flags, mode);
        if (fd >= 0 && fd < HANDLES && ready() && handles[fd].kind != UNKNOWN) {
            lock();
            forget(fd);
            unlock();
        }
        return fd;
    }
    lock();
    int error = errno, absent = fstatat(dirfd, path, &st, 0) && errno == ENOENT;
    int empties = !absent && flags & O_TRUNC && (flags & O_ACCMODE) != O_RDONLY && S_ISREG(st.st_mode);
    struct record r = {.kind = CREATE};
    if (absent && flags & O_CREAT) append(&r, rel, "", NULL);
    errno = error;
    int fd = (int)syscall(SYS_openat, dirfd, path, empties ? flags & ~O_TRUNC : flags, mode);
    if (fd >= HANDLES) refuse("too many open files");
    if (fd >= 0) {
        if (fstat(fd, &st)) refuse("cannot stat");
        classify(fd, &st);
        if (empties && st.st_size && truncate_locked(fd, &handles[fd], 0)) refuse("cannot truncate");
        errno = error;
    }
    unlock();
    return fd;
}

static int do_unlink(int dirfd, const char *path, int flags) {
    char rel[PATH_MAX];
    struct stat st;
    if (flags & AT_REMOVEDIR || !inside(dirfd, path, rel)) return (int)syscall(SYS_unlinkat, dirfd, path, flags);
    lock();
    if (!fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode)) {
        operation();
        keep(dirfd, path, st.st_ino);
        struct record r = {.kind = UNLINK, .ino = st.st_ino};
        append(&r, rel, "", NULL);
    }
    int result = (int)syscall(SYS_unlinkat, dirfd, path, flags);
    unlock();
    return result;
}

static int do_rename(int dirfd, const char *from, int dirfd2, const char *to, unsigned flags) {
    char rel[PATH_MAX], rel2[PATH_MAX];
    struct stat st, st2;
    int a = inside(dirfd, from, rel), b = inside(dirfd2, to, rel2);
    if (!a && !b) return (int)syscall(SYS_renameat2, dirfd, from, dirfd2, to, flags);
    lock();
    if (!fstatat(dirfd, from, &st, AT_SYMLINK_NOFOLLOW)) {
        if (a != b || !S_ISREG(st.st_mode) || flags & ~RENAME_NOREPLACE) refuse("can rename only files, within POWERCUT_DIR");
        operation();
        struct record r = {.kind = RENAME, .ino = st.st_ino};
        if (!fstatat(dirfd2, to, &st2, AT_SYMLINK_NOFOLLOW)) { /* the file that it replaces goes into `offset` */
            r.offset = st2.st_ino;
            keep(dirfd2, to, st2.st_ino);
        }
        append(&r, rel, rel2, NULL);
    }
    int result = (int)syscall(SYS_renameat2, dirfd, from, dirfd2, to, flags);
    unlock();
    return result;
}

static int do_fallocate(int fd, int mode, off_t at, off_t len) {
    struct handle *h = tracked_file(fd);
    struct stat st;
    if (!h) return (int)syscall(SYS_fallocate, fd, mode, at, len);
    lock();
    operation();
    int result = -1;
    if (fstat(fd, &st)) refuse("cannot stat");
    if (mode & ~FALLOC_FL_KEEP_SIZE) { /* punching holes and the like: as a file system that cannot do it */
        errno = EOPNOTSUPP;
    } else if (at + len > st.st_size && injected("enospc", h->path)) {
        errno = ENOSPC;
    } else {
        if (!mode && at + len > st.st_size) record_size(fd, h, at + len);
        result = (int)syscall(SYS_fallocate, fd, mode, at, len);
    }
    unlock();
    return result;
}

static int outside_only(int dirfd, const char *path) { /* what could be done, but that nobody needed so far: loud, not wrong */
    char rel[PATH_MAX];
    if (inside(dirfd, path, rel)) refuse("truncate(path) and link() are not supported in POWERCUT_DIR");
    return 1;
}

/* The interposed names. On 64 bits the -64 ones are the same. */
#define MODE(last) \
    mode_t mode = 0; \
    if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) { \
        va_list rest; \
        va_start(rest, last); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    }
#define BOTH(result, name, parameters, body) \
    result name parameters { body } \
    result name##64 parameters { body }

BOTH(int, open, (const char *path, int flags, ...), MODE(flags) return do_open(AT_FDCWD, path, flags, mode);)
BOTH(int, openat, (int fd, const char *path, int flags, ...), MODE(flags) return do_open(fd, path, flags, mode);)
BOTH(int, creat, (const char *path, mode_t mode), return do_open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);)
BOTH(ssize_t, pwrite, (int fd, const void *bytes, size_t len, off_t at),
     return do_write(fd, &(struct iovec){(void *)bytes, len}, 1, at, 1);)
BOTH(ssize_t, pwritev, (int fd, const struct iovec *parts, int n, off_t at), return do_write(fd, parts, n, at, 1);)
BOTH(int, ftruncate, (int fd, off_t size), return do_truncate(fd, size);)
BOTH(int, fallocate, (int fd, int mode, off_t at, off_t len), return do_fallocate(fd, mode, at, len);)
BOTH(int, posix_fallocate, (int fd, off_t at, off_t len), return do_fallocate(fd, 0, at, len) ? errno : 0;)
BOTH(int, truncate, (const char *path, off_t size),
     return outside_only(AT_FDCWD, path) ? (int)syscall(SYS_truncate, path, size) : -1;)

ssize_t writev(int fd, const struct iovec *parts, int n) { return do_write(fd, parts, n, 0, 0); }
ssize_t write(int fd, const void *bytes, size_t len) {
    if (!tracked_file(fd)) return syscall(SYS_write, fd, bytes, len);
    return do_write(fd, &(struct iovec){(void *)bytes, len}, 1, 0, 0);
}

int close(int fd) {
    if (fd >= 0 && fd < HANDLES && ready() && handles[fd].kind != UNKNOWN) {
        lock();
        forget(fd); /* before the number can be another's */
        unlock();
    }
    return (int)syscall(SYS_close, fd);
}

int fsync(int fd) { return do_sync(fd, SYS_fsync); }
int fdatasync(int fd) { return do_sync(fd, SYS_fdatasync); }
int unlink(const char *path) { return do_unlink(AT_FDCWD, path, 0); }
int unlinkat(int fd, const char *path, int flags) { return do_unlink(fd, path, flags); }
int remove(const char *path) {
    int result = do_unlink(AT_FDCWD, path, 0);
    return result && errno == EISDIR ? do_unlink(AT_FDCWD, path, AT_REMOVEDIR) : result;
}
int rename(const char *from, const char *to) { return do_rename(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int fd, const char *from, int fd2, const char *to) { return do_rename(fd, from, fd2, to, 0); }
int renameat2(int fd, const char *from, int fd2, const char *to, unsigned flags) { return do_rename(fd, from, fd2, to, flags); }
int linkat(int fd, const char *from, int fd2, const char *to, int flags) {
    return outside_only(fd2, to) ? (int)syscall(SYS_linkat, fd, from, fd2, to, flags) : -1;
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

/* Copies within the kernel: callers of these fall back to reading and writing when told that it cannot be done here. */
ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t len, unsigned flags) {
    if (!tracked_file(out)) return syscall(SYS_copy_file_range, in, in_at, out, out_at, len, flags);
    errno = EXDEV;
    return -1;
}
BOTH(ssize_t, sendfile, (int out, int in, off_t *at, size_t len),
     if (!tracked_file(out)) return syscall(SYS_sendfile, out, in, at, len); errno = EINVAL; return -1;)
ssize_t splice(int in, off_t *in_at, int out, off_t *out_at, size_t len, unsigned flags) {
    if (!tracked_file(out)) return syscall(SYS_splice, in, in_at, out, out_at, len, flags);
    errno = EINVAL;
    return -1;
}
