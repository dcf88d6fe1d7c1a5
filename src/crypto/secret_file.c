#include "crypto/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

/* Written aside, fsynced, then linked: the name never shows half a key, and
 * the slower of two writers finds the other's. */
static bool create(const char *path, size_t n)
{
	char aside[PATH_BYTES + 32];
	SECRET_AUTO s = secret_random(n);
	snprintf(aside, sizeof aside, "%s.new-%ld", path, (long)getpid());
	int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	bool fine = write(fd, s.p, n) == (ssize_t)n && fsync(fd) == 0;
	fine = close(fd) == 0 && fine;
	if (fine && link(aside, path) != 0 && errno != EEXIST)
		fine = false;
	unlink(aside);
	return fine;
}

static struct result read_whole(int fd, size_t n, struct str path, struct secret *ret,
                                struct err *err)
{
	struct stat st;
	SECRET_AUTO s = secret_new(n);
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size != (off_t)n)
		return fail(err, ERR_INPUT, "crypto.secret.size", NULL,
		            "%.*s is not a file of %zu bytes", STR_ARG(path), n);
	if (st.st_mode & 077)
		return fail(err, ERR_INPUT, "crypto.secret.mode", NULL,
		            "%.*s can be read by others: chmod 600", STR_ARG(path));
	if (read(fd, s.p, n) != (ssize_t)n)
		return fail(err, ERR_UNAVAILABLE, "crypto.secret.read", NULL, "%.*s: %m", STR_ARG(path));
	*ret = s;
	s = (struct secret){ 0 };
	return ok();
}

struct result secret_file(struct str path, size_t n, struct secret *ret, struct err *err)
{
	char name[PATH_BYTES];
	if (path.n >= sizeof name)
		return fail(err, ERR_INPUT, "crypto.secret.path", NULL, "the path is too long");
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && create(name, n))
		fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(err, ERR_UNAVAILABLE, "crypto.secret.read", NULL, "%.*s: %m", STR_ARG(path));
	struct result r = read_whole(fd, n, path, ret, err);
	close(fd);
	return r;
}
