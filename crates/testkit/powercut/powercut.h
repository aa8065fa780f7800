/*
 * The file layer that can drop what was not synced. Loaded with LD_PRELOAD into an unmodified program.
 *
 * Every change to a regular file under POWERCUT_DIR (but not *-shm, SQLite's memory-mapped WAL index) is written to a
 * journal *before* it is made, with what it replaces; a sync that succeeded is written *after* it returned. The journal
 * goes to the page cache with plain writes, so it outlives the process, whatever kills it. `powercut.rs` reads it and
 * rebuilds the folder as a power cut would have left it; what may be lost is told there. Whether a call did what its
 * record says, and with which bytes, is not in the journal: going backwards from the folder shows it, also after a death
 * between the two.
 *
 * POWERCUT_DIR, POWERCUT_JOURNAL   the folder, and one outside of it but on the same file system
 * POWERCUT_DIE_AT=n                _exit(137) at the n-th data operation of the process, before it is performed
 * POWERCUT_COUNT=path              an u64, always the number of data operations begun by the latest process to do any
 * POWERCUT_GATE=path               while that file exists, file syncs wait. Its first line, or else POWERCUT_GATE_FILE,
 *                                  is what the names of the files contain; who waits appends a line to <path>.waiting
 * POWERCUT_FAIL=path               that file says what fails: "fsync" or "enospc", then optionally a part of a name
 *
 * The real calls are made with syscall(), so nothing in here can come back to itself. Linux, 64 bits.
 *
 * This part: what is tracked, the journal, the gate and the injected failures. powercut.c has the operations.
 */
#undef _FORTIFY_SOURCE /* it would define open() and others as inline functions */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Also in journal.rs: */
enum { WRITE = 1, TRUNCATE, SYNCED, SYNC_FAILED, CREATE, UNLINK, RENAME };

/* Followed by path, path2, old bytes. */
struct record {
    uint64_t kind, ino, offset, length, old_size, covers, path_len, path2_len, old_len;
};

enum { UNKNOWN, OUTSIDE, REGULAR, FOLDER };

/* What is known of a file descriptor: asked once, forgotten when it is closed or opened. */
struct handle {
    int kind, reader; /* reader: a descriptor to read old bytes with, where this one is write-only; 0 is none */
    uint64_t ino;
    char *path; /* relative to the folder, "" for the folder itself */
};

#define HANDLES 65536
static struct handle handles[HANDLES];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char root[PATH_MAX];
static size_t root_len;
static int on, records, kept;
static uint64_t *end, *count, operations, die_at; /* end: the journal is valid up to here, in a shared mapping */
static const char *gate, *gate_file, *fail;

static void refuse(const char *what) {
    dprintf(2, "powercut: %s (errno %d)\n", what, errno);
    abort();
}

static int raw_open(const char *path, int flags) {
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0644);
}

static uint64_t *map_number(const char *path) {
    int fd = raw_open(path, O_RDWR | O_CREAT);
    if (fd < 0 || syscall(SYS_ftruncate, fd, (off_t)8)) refuse("cannot open a counter");
    void *map = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) refuse("cannot map a counter");
    syscall(SYS_close, fd);
    return map;
}

static int relative(const char *path, const char **rel) {
    if (strncmp(path, root, root_len) || (path[root_len] != '/' && path[root_len])) return 0;
    *rel = path + root_len + (path[root_len] == '/');
    return 1;
}

static int ends_with(const char *text, const char *tail) {
    size_t a = strlen(text), b = strlen(tail);
    return a >= b && !strcmp(text + a - b, tail);
}

static void init(void) {
    const char *dir = getenv("POWERCUT_DIR"), *journal = getenv("POWERCUT_JOURNAL"), *text, *rel;
    char path[PATH_MAX + 16], real[PATH_MAX];
    if (!dir || !journal) return;
    if (!realpath(dir, root)) refuse("POWERCUT_DIR is not there");
    root_len = strlen(root);
    if (!realpath(journal, real) || relative(real, &rel)) refuse("POWERCUT_JOURNAL is not there, or inside of POWERCUT_DIR");
    snprintf(path, sizeof path, "%s/records", real);
    if ((records = raw_open(path, O_RDWR | O_CREAT)) < 0) refuse("cannot open the journal");
    snprintf(path, sizeof path, "%s/kept", real);
    if ((mkdir(path, 0755) && errno != EEXIST) || (kept = raw_open(path, O_DIRECTORY)) < 0) refuse("cannot open kept");
    snprintf(path, sizeof path, "%s/end", real);
    end = map_number(path);
    if ((text = getenv("POWERCUT_COUNT"))) count = map_number(text);
    if ((text = getenv("POWERCUT_DIE_AT"))) die_at = strtoull(text, NULL, 10);
    gate = getenv("POWERCUT_GATE");
    gate_file = getenv("POWERCUT_GATE_FILE");
    fail = getenv("POWERCUT_FAIL");
    on = 1;
}

static int ready(void) {
    pthread_once(&once, init);
    return on;
}

/* Among threads, and, since a second process may have the same folder open, among processes. A death lets go of both. */
static void lock(void) {
    pthread_mutex_lock(&mutex);
    while (flock(records, LOCK_EX) && errno == EINTR) {}
}

static void unlock(void) {
    int error = errno;
    flock(records, LOCK_UN);
    pthread_mutex_unlock(&mutex);
    errno = error;
}

static void operation(void) {
    operations++;
    if (count) __atomic_store_n(count, operations, __ATOMIC_SEQ_CST);
    if (operations == die_at) _exit(137);
}

/* Appends a record and what follows it. It counts from the moment `end` moves, so a death in here leaves no half of it. */
static void append(struct record *r, const char *path, const char *path2, void *old) {
    r->path_len = strlen(path);
    r->path2_len = strlen(path2);
    struct iovec parts[] = {{r, sizeof *r}, {(void *)path, r->path_len}, {(void *)path2, r->path2_len}, {old, r->old_len}};
    uint64_t at = *end;
    for (int i = 0; i < 4; i++)
        for (size_t done = 0; done < parts[i].iov_len;) {
            ssize_t n = syscall(SYS_pwrite64, records, (char *)parts[i].iov_base + done, parts[i].iov_len - done, (off_t)at);
            if (n <= 0) refuse("cannot write the journal");
            done += (size_t)n;
            at += (uint64_t)n;
        }
    __atomic_store_n(end, at, __ATOMIC_SEQ_CST);
}

static void forget(int fd) { /* under the lock */
    struct handle *h = &handles[fd];
    if (h->reader) syscall(SYS_close, h->reader);
    free(h->path);
    memset(h, 0, sizeof *h);
}

static void classify(int fd, const struct stat *st) { /* under the lock */
    char link[64], path[PATH_MAX];
    const char *rel;
    forget(fd);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    if (n < 0) refuse("cannot read /proc/self/fd");
    path[n] = 0;
    if (ends_with(path, " (deleted)")) path[n - 10] = 0;
    int kind = S_ISREG(st->st_mode) ? REGULAR : S_ISDIR(st->st_mode) ? FOLDER : OUTSIDE;
    if (kind == OUTSIDE || !relative(path, &rel) || (kind == REGULAR && ends_with(rel, "-shm"))) {
        __atomic_store_n(&handles[fd].kind, OUTSIDE, __ATOMIC_RELEASE);
        return;
    }
    handles[fd].ino = st->st_ino;
    handles[fd].path = strdup(rel);
    __atomic_store_n(&handles[fd].kind, kind, __ATOMIC_RELEASE);
}

/* The handle of a file or folder under ours, else null. Sockets and such pay for one load. Not under the lock. */
static struct handle *tracked(int fd) {
    struct stat st;
    if (!ready() || fd < 0 || fd >= HANDLES) return NULL;
    struct handle *h = &handles[fd];
    int kind = __atomic_load_n(&h->kind, __ATOMIC_ACQUIRE);
    if (kind == OUTSIDE || fstat(fd, &st)) return NULL;
    if (kind == UNKNOWN || h->ino != st.st_ino) { /* another file: it was closed by a way that is not interposed */
        lock();
        if (h->kind == UNKNOWN || h->ino != st.st_ino) classify(fd, &st);
        kind = h->kind;
        unlock();
    }
    return kind == OUTSIDE ? NULL : h;
}

static struct handle *tracked_file(int fd) {
    struct handle *h = tracked(fd);
    return h && h->kind == REGULAR ? h : NULL;
}

/* Whether a path is in our folder, and its name there. Of links, only those among the parents are followed. */
static int inside(int dirfd, const char *path, char *rel) {
    char parent[PATH_MAX], link[64], full[2 * PATH_MAX];
    const char *name = strrchr(path, '/'), *found;
    if (!ready() || strlen(path) >= PATH_MAX) return 0;
    snprintf(parent, sizeof parent, "%.*s", name ? (int)(name - path + 1) : 1, name ? path : ".");
    name = name ? name + 1 : path;
    int error = errno, fd = (int)syscall(SYS_openat, dirfd, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
    errno = error;
    if (fd < 0) return 0; /* the real call will fail too */
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, full, PATH_MAX);
    syscall(SYS_close, fd);
    if (n < 0) refuse("cannot read /proc/self/fd");
    snprintf(full + n, sizeof full - (size_t)n, "/%s", name);
    if (!relative(full, &found) || !*found || ends_with(found, "-shm")) return 0;
    snprintf(rel, PATH_MAX, "%s", found);
    return 1;
}

/* A second name for a file that is about to lose its only one: the cut may have to bring it back. It also makes sure that
   no new file gets its inode number, by which the journal knows files. */
static void keep(int dirfd, const char *path, uint64_t ino) {
    char name[32];
    snprintf(name, sizeof name, "%llu", (unsigned long long)ino);
    if (syscall(SYS_linkat, dirfd, path, kept, name, 0) && errno != EEXIST)
        refuse("cannot link into POWERCUT_JOURNAL, which must be on the file system of POWERCUT_DIR");
}

static int read_small(const char *path, char *text, size_t size) {
    int fd = path ? raw_open(path, O_RDONLY) : -1;
    if (fd < 0) return 0;
    ssize_t n = read(fd, text, size - 1);
    syscall(SYS_close, fd);
    text[n > 0 ? n : 0] = 0;
    return n >= 0;
}

static const char *base(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int injected(const char *what, const char *path) {
    char text[256], *part;
    int error = errno, there = read_small(fail, text, sizeof text);
    errno = error;
    if (!there) return 0;
    text[strcspn(text, "\n")] = 0;
    if ((part = strchr(text, ' '))) *part++ = 0;
    return !strcmp(text, what) && (!part || strstr(base(path), part));
}

static void wait_at_gate(const char *path) {
    char text[256], waiting[PATH_MAX], *rest;
    if (!read_small(gate, text, sizeof text)) return;
    if ((rest = strchr(text, '\n'))) *rest++ = 0;
    const char *part = *text ? text : gate_file ? gate_file : "";
    if (!strstr(base(path), part)) return;
    snprintf(waiting, sizeof waiting, "%s.waiting", gate);
    int fd = raw_open(waiting, O_WRONLY | O_APPEND | O_CREAT);
    if (fd < 0) refuse("cannot say that it waits");
    dprintf(fd, "%.*s %s\n", rest ? (int)strcspn(rest, "\n") : 0, rest ? rest : "", path);
    syscall(SYS_close, fd);
    while (!access(gate, F_OK)) nanosleep(&(struct timespec){0, 1000000}, NULL);
}

/* The bytes that are about to go. A separate reader stays open as long as its descriptor: closing it would drop the POSIX
   locks that the process has on the file. */
static void *read_old(int fd, struct handle *h, off_t at, size_t len) {
    char *old = malloc(len ? len : 1), link[64];
    if (!old) refuse("out of memory");
    for (size_t done = 0; done < len;) {
        ssize_t n = syscall(SYS_pread64, h->reader ? h->reader : fd, old + done, len - done, at + (off_t)done);
        if (n < 0 && errno == EBADF && !h->reader) {
            snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
            if ((h->reader = raw_open(link, O_RDONLY)) < 0) refuse("cannot open for reading what is overwritten");
        } else if (n <= 0) {
            refuse("cannot read what is overwritten");
        } else {
            done += (size_t)n;
        }
    }
    return old;
}
