#include "crypto/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"

enum { PATH_BYTES = 4096, ASIDE_BYTES = 32 };

/* The name itself is on disk only when its directory is: without this a power
 * cut could leave sealed data behind whose key is gone. */
static bool sync_directory(const char *path)
{
	char dir[PATH_BYTES];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) : 0;
	if (n == 0)
		snprintf(dir, sizeof dir, "%s", slash ? "/" : ".");
	else
		snprintf(dir, sizeof dir, "%.*s", (int)n, path);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool fine = fsync(fd) == 0;
	return close(fd) == 0 && fine;
}

/* Written aside under a name that nobody else uses, fsynced, then linked: the
 * name never shows half a key, and the slower of two writers finds the other's. */
static bool create(const char *path, size_t n)
{
	char aside[PATH_BYTES + ASIDE_BYTES];
	SECRET_AUTO s = secret_random(n);
	snprintf(aside, sizeof aside, "%s.new-%016llx", path, (unsigned long long)random_u64());
	int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	bool fine = write(fd, s.p, n) == (ssize_t)n && fsync(fd) == 0;
	fine = close(fd) == 0 && fine;
	if (fine && link(aside, path) != 0 && errno != EEXIST)
		fine = false;
	int why = errno;
	unlink(aside);
	errno = why;
	return fine && sync_directory(path);
}

static struct result check_file(int fd, size_t n, struct str path, struct err *err)
{
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != (off_t)n)
		return fail(err, ERR_INPUT, "crypto.secret.size", NULL,
		            "%.*s is not a file of %zu bytes", STR_ARG(path), n);
	if (st.st_mode & 077)
		return fail(err, ERR_INPUT, "crypto.secret.mode", NULL,
		            "%.*s can be read by others: chmod 600", STR_ARG(path));
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return fail(err, ERR_INPUT, "crypto.secret.owner", NULL,
		            "%.*s belongs to another user", STR_ARG(path));
	return ok();
}

static struct result read_whole(int fd, size_t n, struct str path, struct secret *ret,
                                struct err *err)
{
	SECRET_AUTO s = secret_new(n);
	TRY(check_file(fd, n, path, err));
	if (read(fd, s.p, n) != (ssize_t)n)
		return fail(err, ERR_UNAVAILABLE, "crypto.secret.read", NULL, "%.*s: %m", STR_ARG(path));
	*ret = s;
	s = (struct secret){ 0 };
	return ok();
}

/* A FIFO in its place must not make the start wait for a writer. */
static int open_there(const char *name)
{
	return open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

struct result secret_file(struct str path, size_t n, struct secret *ret, struct err *err)
{
	char name[PATH_BYTES];
	if (path.n == 0 || path.n >= sizeof name || memchr(path.p, 0, path.n))
		return fail(err, ERR_INPUT, "crypto.secret.path", NULL,
		            "a path has 1 to %zu bytes without NUL", sizeof name - 1);
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	int fd = open_there(name);
	if (fd < 0 && errno == ENOENT && create(name, n))
		fd = open_there(name);
	if (fd < 0)
		return fail(err, ERR_UNAVAILABLE, "crypto.secret.read", NULL, "%.*s: %m", STR_ARG(path));
	struct result r = read_whole(fd, n, path, ret, err);
	close(fd);
	return r;
}
