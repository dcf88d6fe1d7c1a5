/* The body of a request: in memory while small, then in a file without a name
 * that the handler sees as read-only memory. */
#include "net/server_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"

void body_init(struct body *b, struct spool *spool, uint64_t limit)
{
	*b = (struct body){ .spool = spool, .limit = limit, .fd = -1 };
	buf_init(&b->memory, BODY_IN_MEMORY);
}

/* O_TMPFILE where the file system has it; else a name that is gone at once. */
static int open_spool(struct str dir)
{
	ARENA_AUTO a = arena_new(16 << 10);
	int fd = open(arena_cstr(a, dir), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	if (fd >= 0)
		return fd;
	struct str pattern = arena_printf(a, "%.*s/musubi-body-XXXXXX", STR_ARG(dir));
	char *path = (char *)(uintptr_t)arena_cstr(a, pattern);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static bool write_all(int fd, struct str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = str_from(s, (size_t)n);
	}
	return true;
}

static enum http_fault no_room(void)
{
	log_error("net.spool", LOG_C("reason", strerror(errno)));
	return HTTP_SPOOL;
}

/* Counted before it is written: a disk that others need is never filled first. */
static enum http_fault to_disk(struct body *b, struct str bytes)
{
	if (bytes.n > b->spool->max - b->spool->used)
		return HTTP_SPOOL;
	b->spool->used += bytes.n;
	b->on_disk += bytes.n;
	return write_all(b->fd, bytes) ? HTTP_FINE : no_room();
}

static enum http_fault begin_disk(struct body *b)
{
	b->fd = open_spool(b->spool->dir);
	if (b->fd < 0)
		return no_room();
	enum http_fault f = to_disk(b, buf_str(&b->memory));
	buf_done(&b->memory);
	return f;
}

enum http_fault body_add(struct body *b, struct str bytes)
{
	if (bytes.n > b->limit - b->n)
		return HTTP_BODY_LARGE;
	b->n += bytes.n;
	if (b->fd < 0 && b->n <= BODY_IN_MEMORY) {
		buf_add(&b->memory, bytes);
		return HTTP_FINE;
	}
	enum http_fault f = b->fd < 0 ? begin_disk(b) : HTTP_FINE;
	return f == HTTP_FINE ? to_disk(b, bytes) : f;
}

enum http_fault body_done(struct body *b, struct str *ret)
{
	if (b->fd < 0) {
		*ret = buf_str(&b->memory);
		return HTTP_FINE;
	}
	void *p = mmap(NULL, (size_t)b->n, PROT_READ, MAP_PRIVATE, b->fd, 0);
	if (p == MAP_FAILED)
		return no_room();
	b->map = p;
	*ret = str_of(p, (size_t)b->n);
	return HTTP_FINE;
}

void body_drop(struct body *b)
{
	if (b->map)
		munmap(b->map, (size_t)b->n);
	if (b->fd >= 0)
		close(b->fd);
	buf_done(&b->memory);
	if (b->spool)
		b->spool->used -= b->on_disk;
	*b = (struct body){ .fd = -1 };
}
