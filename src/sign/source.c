/* Bytes to digest: slices and files. */
#include "sign/source.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/need.h"

enum { PIECE = 256 * 1024 };

struct source source_bytes(struct str name, struct str bytes)
{
	return (struct source){ .name = name, .bytes = bytes, .fd = -1, .size = bytes.n };
}

struct result source_open(const char *path, struct source *ret, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return fail(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_INPUT, "sign.file", NULL,
		            "%s: %s", path, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return fail(err, ERR_INPUT, "sign.file", NULL, "%s is not a regular file", path);
	}
	*ret = (struct source){ .name = str_c(path), .fd = fd, .size = (uint64_t)st.st_size };
	return ok();
}

void source_close(struct source *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

static bool inside(const struct source *s, struct range r)
{
	return r.at <= s->size && r.n <= s->size - r.at;
}

/* Exactly n bytes; false when the file is shorter than it was. */
static bool read_whole(int fd, uint8_t *to, size_t n, uint64_t at)
{
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(fd, to + done, n - done, (off_t)(at + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

static bool in_memory(const struct source *s)
{
	return s->fd < 0 && !s->reader;
}

static bool fetch(const struct source *s, uint8_t *to, size_t n, uint64_t at)
{
	return s->reader ? s->reader->read(s->reader->ctx, at, to, n) : read_whole(s->fd, to, n, at);
}

static bool digest_range(EVP_MD_CTX *c, const struct source *s, struct range r, uint8_t *piece)
{
	if (in_memory(s))
		return EVP_DigestUpdate(c, s->bytes.p + r.at, (size_t)r.n) == 1;
	while (r.n > 0) {
		size_t n = r.n < PIECE ? (size_t)r.n : PIECE;
		if (!fetch(s, piece, n, r.at))
			return false;
		crypto_need(EVP_DigestUpdate(c, piece, n) == 1, "digest");
		r.at += n;
		r.n -= n;
	}
	return true;
}

struct result source_digest(const struct source *s, const struct range *ranges, size_t n,
                            const struct sign_digest *alg, uint8_t ret[DIGEST_SIZE_MAX],
                            struct err *err)
{
	struct result r = ok();
	EVP_MD *md = EVP_MD_fetch(NULL, alg->evp, NULL);
	if (!md)
		return fail(err, ERR_INPUT, "sign.algorithm", NULL, "no %s on this machine", alg->name);
	ARENA_AUTO a = arena_new(2 * PIECE);
	uint8_t *piece = in_memory(s) ? NULL : arena_alloc(a, PIECE);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	crypto_need(c && EVP_DigestInit_ex2(c, md, NULL) == 1, alg->name);
	for (size_t i = 0; i < n && is_ok(r); i++)
		if (!inside(s, ranges[i]) || !digest_range(c, s, ranges[i], piece))
			r = fail(err, ERR_INPUT, "sign.file", NULL, "%.*s ends before byte %llu",
			         STR_ARG(s->name), (unsigned long long)(ranges[i].at + ranges[i].n));
	unsigned int size = 0;
	if (is_ok(r))
		crypto_need(EVP_DigestFinal_ex(c, ret, &size) == 1, alg->name);
	EVP_MD_CTX_free(c);
	EVP_MD_free(md);
	return r;
}

struct result source_read(struct arena *a, const struct source *s, struct range r, size_t most,
                          struct str *ret, struct err *err)
{
	if (r.n > most)
		return fail(err, ERR_TOO_LARGE, "sign.file", NULL, "%llu bytes, at most %zu",
		            (unsigned long long)r.n, most);
	if (!inside(s, r))
		return fail(err, ERR_INPUT, "sign.file", NULL, "%.*s is %llu bytes long",
		            STR_ARG(s->name), (unsigned long long)s->size);
	if (in_memory(s)) {
		*ret = str_sub(s->bytes, (size_t)r.at, (size_t)r.n);
		return ok();
	}
	uint8_t *to = arena_alloc(a, r.n ? (size_t)r.n : 1);
	if (!fetch(s, to, (size_t)r.n, r.at))
		return fail(err, ERR_INPUT, "sign.file", NULL, "%.*s became shorter, or is damaged",
		            STR_ARG(s->name));
	*ret = str_of((char *)to, (size_t)r.n);
	return ok();
}
