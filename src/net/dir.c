/* Reads a directory tree at start-up; see dir.h. */
#include "net/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { FILE_BYTES_MAX = 16 << 20, LEVELS_MAX = 4 };

struct walk {
	struct str suffix;
	dir_callback each;
	void *ctx;
};

static struct result gone(struct err *err, struct str path)
{
	return fail(err, ERR_UNAVAILABLE, "dir.read", NULL, "%.*s: %s", STR_ARG(path),
	            strerror(errno));
}

static struct result read_whole(struct arena *a, int fd, struct str path, size_t size,
                                struct str *ret, struct err *err)
{
	char *p = arena_alloc(a, size + 1);
	size_t n = 0;
	while (n < size) {
		ssize_t got = read(fd, p + n, size - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return gone(err, path);
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*ret = str_of(p, n);
	return ok();
}

static struct result one_file(const struct walk *w, int fd, struct str path, struct str name,
                              const struct stat *st, struct err *err)
{
	if (!str_ends(name, w->suffix))
		return ok();
	if (st->st_size > FILE_BYTES_MAX)
		return fail(err, ERR_INPUT, "dir.large", NULL, "%.*s is above %d bytes", STR_ARG(path),
		            FILE_BYTES_MAX);
	ARENA_AUTO a = arena_new(2 * FILE_BYTES_MAX);
	struct dir_file f = { .path = path, .name = str_sub(name, 0, name.n - w->suffix.n) };
	TRY(read_whole(a, fd, path, (size_t)st->st_size, &f.bytes, err));
	return w->each(w->ctx, &f, err);
}

static struct result one_dir(const struct walk *w, int fd, struct str path, struct str below,
                             int level, struct err *err);

static struct result one_entry(const struct walk *w, int dirfd, struct str dir, struct str below,
                               const char *entry, int level, struct err *err)
{
	ARENA_AUTO a = arena_new(64 << 10);
	struct str path = arena_printf(a, "%.*s/%s", STR_ARG(dir), entry);
	struct str name = below.n ? arena_printf(a, "%.*s/%s", STR_ARG(below), entry) : str_c(entry);
	int fd = openat(dirfd, entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return gone(err, path);
	struct stat st;
	struct result r;
	if (fstat(fd, &st) != 0)
		r = gone(err, path);
	else if (S_ISDIR(st.st_mode))
		r = one_dir(w, fd, path, name, level + 1, err);
	else if (S_ISREG(st.st_mode))
		r = one_file(w, fd, path, name, &st, err);
	else
		r = fail(err, ERR_INPUT, "dir.kind", NULL, "%.*s is no regular file", STR_ARG(path));
	close(fd);
	return r;
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static struct result one_dir(const struct walk *w, int fd, struct str path, struct str below,
                             int level, struct err *err)
{
	if (level > LEVELS_MAX)
		return fail(err, ERR_INPUT, "dir.deep", NULL, "%.*s is more than %d levels deep",
		            STR_ARG(path), LEVELS_MAX);
	struct dirent **entries;
	int n = scandirat(fd, ".", &entries, visible, alphasort);
	if (n < 0)
		return gone(err, path);
	struct result r = ok();
	for (int i = 0; i < n; i++) {
		if (is_ok(r))
			r = one_entry(w, fd, path, below, entries[i]->d_name, level, err);
		mem_free(entries[i]);
	}
	mem_free(entries);
	return r;
}

struct result dir_each(struct str dir, struct str suffix, dir_callback each, void *ctx,
                       struct err *err)
{
	struct walk w = { suffix, each, ctx };
	ARENA_AUTO a = arena_new(64 << 10);
	int fd = open(arena_cstr(a, dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return gone(err, dir);
	struct result r = one_dir(&w, fd, dir, STR(""), 0, err);
	close(fd);
	return r;
}
