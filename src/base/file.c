#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/random.h"

/* A path for the kernel. */
struct path {
	char c[PATH_MAX];
};

static struct result failed(struct err *err, const char *doing, struct str path, int reason)
{
	enum err_kind kind = reason == ENOENT || reason == ENOTDIR ? ERR_NOT_FOUND
	                     : reason == EEXIST ? ERR_CONFLICT
	                     : reason == ENAMETOOLONG || reason == EINVAL || reason == EISDIR
	                         ? ERR_INPUT
	                         : ERR_UNAVAILABLE;
	char text[96];
	const char *said = strerror_r(reason, text, sizeof text);
	return fail(err, kind, "file.failed", NULL, "cannot %s %.*s: %s", doing,
	            STR_ARG(str_sub(path, 0, 120)), said);
}

static struct result too_large(struct err *err, struct str path, size_t max)
{
	return fail(err, ERR_TOO_LARGE, "file.too_large", NULL, "%.*s: more than %zu bytes",
	            STR_ARG(str_sub(path, 0, 120)), max);
}

static struct result path_of(struct str s, struct path *ret, struct err *err)
{
	if (s.n == 0 || s.n >= sizeof ret->c || str_find_char(s, 0) != STR_NONE)
		return failed(err, "use the path", s, s.n >= sizeof ret->c ? ENAMETOOLONG : EINVAL);
	memcpy(ret->c, s.p, s.n);
	ret->c[s.n] = 0;
	return ok();
}

static void close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define FD_AUTO __attribute__((cleanup(close_p))) int

static struct result open_regular(struct str path, int *ret_fd, size_t *ret_size,
                                  struct err *err)
{
	struct path c;
	struct stat st;
	TRY(path_of(path, &c, err));
	int fd = open(c.c, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return failed(err, "open", path, errno);
	int reason = fstat(fd, &st) != 0 ? errno
	             : S_ISDIR(st.st_mode) ? EISDIR
	             : S_ISREG(st.st_mode) ? 0 : EINVAL;
	if (reason) {
		close(fd);
		return failed(err, "read", path, reason);
	}
	*ret_fd = fd;
	*ret_size = (size_t)st.st_size;
	return ok();
}

/* Until the end or n bytes. */
static struct result read_up_to(int fd, struct str path, char *to, size_t n, size_t *ret_n,
                                struct err *err)
{
	size_t at = 0;
	while (at < n) {
		ssize_t got = read(fd, to + at, n - at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return failed(err, "read", path, errno);
		if (got == 0)
			break;
		at += (size_t)got;
	}
	*ret_n = at;
	return ok();
}

struct result file_read(struct arena *a, struct str path, size_t max, struct str *ret,
                        struct err *err)
{
	FD_AUTO fd = -1;
	size_t size, n;
	TRY(open_regular(path, &fd, &size, err));
	if (size > max || size >= arena_left(a))
		return too_large(err, path, size > max ? max : arena_left(a));
	char *to = arena_alloc(a, size + 1); /* one more, to see a file that grows */
	TRY(read_up_to(fd, path, to, size + 1, &n, err));
	if (n > size)
		return fail(err, ERR_CONFLICT, "file.changing", NULL, "%.*s grew while it was read",
		            STR_ARG(str_sub(path, 0, 120)));
	*ret = str_of(to, n);
	return ok();
}

struct result file_read_into(struct str path, void *to, size_t cap, size_t *ret_n,
                             struct err *err)
{
	FD_AUTO fd = -1;
	size_t size;
	TRY(open_regular(path, &fd, &size, err));
	if (size > cap)
		return too_large(err, path, cap);
	return read_up_to(fd, path, to, size, ret_n, err);
}

static struct result write_all(int fd, struct str path, struct str s, struct err *err)
{
	while (s.n) {
		ssize_t wrote = write(fd, s.p, s.n);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return failed(err, "write", path, errno);
		s = str_from(s, (size_t)wrote);
	}
	return ok();
}

static struct str dir_of(struct str path)
{
	size_t slash = str_rfind_char(path, '/');
	return slash == STR_NONE ? STR(".") : slash == 0 ? STR("/") : str_sub(path, 0, slash);
}

static struct result sync_dir(struct str dir, struct err *err)
{
	struct path c;
	TRY(path_of(dir, &c, err));
	FD_AUTO fd = open(c.c, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		return failed(err, "sync", dir, errno);
	return ok();
}

static struct result fill(const char *temp, struct str path, struct str content, unsigned mode,
                          struct err *err)
{
	FD_AUTO fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return failed(err, "create", path, errno);
	TRY(write_all(fd, path, content, err));
	if (fchmod(fd, mode) != 0) /* the umask has no say: the caller named the mode */
		return failed(err, "set the mode of", path, errno);
	if (fsync(fd) != 0)
		return failed(err, "sync", path, errno);
	return ok();
}

struct result file_write(struct str path, struct str content, unsigned mode, struct err *err)
{
	struct path to, temp;
	TRY(path_of(path, &to, err));
	int n = snprintf(temp.c, sizeof temp.c, "%s.%016llx", to.c, (unsigned long long)random_u64());
	if (n < 0 || (size_t)n >= sizeof temp.c)
		return failed(err, "create", path, ENAMETOOLONG);
	struct result r = fill(temp.c, path, content, mode, err);
	if (is_ok(r) && rename(temp.c, to.c) != 0)
		r = failed(err, "replace", path, errno);
	if (is_err(r)) {
		unlink(temp.c);
		return r;
	}
	return sync_dir(dir_of(path), err);
}

struct result file_make_dirs(struct str path, unsigned mode, struct err *err)
{
	struct path c;
	TRY(path_of(path, &c, err));
	for (size_t i = 1; i <= path.n; i++) {
		if (i < path.n && path.p[i] != '/')
			continue;
		c.c[i] = 0;
		if (mkdir(c.c, mode) != 0 && (errno != EEXIST || !file_is_dir(str_c(c.c))))
			return failed(err, "make the directory", path, errno);
		c.c[i] = '/';
	}
	return ok();
}

static int by_name(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

struct names {
	struct str *p;
	size_t n, cap;
};

static void names_add(struct arena *a, struct names *l, const char *name)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 32;
		struct str *p = ARENA_ARRAY(a, struct str, cap);
		if (l->n)
			memcpy(p, l->p, l->n * sizeof *p);
		l->p = p;
		l->cap = cap;
	}
	l->p[l->n++] = arena_str(a, str_c(name));
}

static void closedir_p(DIR **d)
{
	if (*d)
		closedir(*d);
}

struct result file_list(struct arena *a, struct str dir, size_t max, struct str **ret_names,
                        size_t *ret_n, struct err *err)
{
	struct path c;
	struct names l = { 0 };
	TRY(path_of(dir, &c, err));
	__attribute__((cleanup(closedir_p))) DIR *d = opendir(c.c);
	if (!d)
		return failed(err, "list", dir, errno);
	errno = 0;
	for (struct dirent *e; (e = readdir(d)); errno = 0) {
		if (e->d_name[0] == '.')
			continue;
		if (l.n == max)
			return fail(err, ERR_TOO_LARGE, "file.too_many", NULL, "%.*s: more than %zu files",
			            STR_ARG(str_sub(dir, 0, 120)), max);
		names_add(a, &l, e->d_name);
	}
	if (errno)
		return failed(err, "list", dir, errno);
	if (l.n)
		qsort(l.p, l.n, sizeof *l.p, by_name);
	*ret_names = l.p;
	*ret_n = l.n;
	return ok();
}

static bool stat_of(struct str path, struct stat *ret)
{
	struct path c;
	return is_ok(path_of(path, &c, NULL)) && stat(c.c, ret) == 0;
}

bool file_exists(struct str path)
{
	struct stat st;
	return stat_of(path, &st);
}

bool file_is_dir(struct str path)
{
	struct stat st;
	return stat_of(path, &st) && S_ISDIR(st.st_mode);
}

struct result file_remove(struct str path, struct err *err)
{
	struct path c;
	TRY(path_of(path, &c, err));
	if (unlink(c.c) != 0 && errno != ENOENT)
		return failed(err, "remove", path, errno);
	return ok();
}

struct str file_join(struct arena *a, struct str dir, struct str name)
{
	bool slash = str_ends(dir, STR("/"));
	return arena_printf(a, "%.*s%s%.*s", STR_ARG(dir), slash ? "" : "/", STR_ARG(name));
}
