/* Private keys at rest: PKCS#8 under AES-256-GCM.
 *
 * File: "musubi-key-1\n" then the sealed bytes; the first line is part of the
 * associated data, so that a file is nothing else. Written to a temporary name,
 * fsynced, renamed, directory fsynced: a crash leaves the old file or the new. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/random.h"
#include "crypto/aead.h"
#include "crypto/key.h"

enum { KEY_FILE_MAX = 16384 };
static const struct str file_line = STR_INIT("musubi-key-1\n");

static void full_ad(struct buf *b, struct str ad)
{
	buf_add(b, file_line);
	buf_add(b, ad);
}

struct result key_seal(const struct key *k, struct str kek, struct str ad, struct buf *ret,
                       struct err *err)
{
	SECRET_AUTO pkcs8 = { 0 };
	BUF_AUTO bound;
	buf_init(&bound, 4096);
	full_ad(&bound, ad);
	TRY(key_export(k, &pkcs8, err));
	return aead_seal(kek, buf_str(&bound), secret_str(&pkcs8), ret, err);
}

struct result key_unseal(struct str sealed, struct str kek, struct str ad, struct key **ret,
                         struct err *err)
{
	SECRET_AUTO pkcs8 = { 0 };
	BUF_AUTO bound;
	buf_init(&bound, 4096);
	full_ad(&bound, ad);
	TRY(aead_open_secret(kek, buf_str(&bound), sealed, &pkcs8, err));
	return key_import(secret_str(&pkcs8), ret, err);
}

static struct result disk(struct err *err, const char *verb, const char *path)
{
	return fail(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_UNAVAILABLE, "crypto.key.file", NULL,
	            "%s %s: %s", verb, path, strerror(errno));
}

static bool write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = str_from(s, (size_t)n);
	}
	return fsync(fd) == 0;
}

static bool sync_dir(struct str path)
{
	size_t slash = str_rfind_char(path, '/');
	char *dir = slash == STR_NONE ? mem_cstr(".", 1) : mem_cstr(path.p, slash ? slash : 1);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	mem_free(dir);
	return done;
}

static struct result replace(struct arena *a, struct str path, struct str content, struct err *err)
{
	const char *name = arena_cstr(a, path);
	uint32_t unique;
	random_bytes(&unique, sizeof unique);
	const char *temp = arena_printf(a, "%s.%08x.new", name, unique).p;
	int fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return disk(err, "create", temp);
	bool done = write_all(fd, content);
	done = close(fd) == 0 && done;
	if (done && rename(temp, name) == 0 && sync_dir(path))
		return ok();
	struct result r = disk(err, "write", name);
	unlink(temp);
	return r;
}

struct result key_save(const struct key *k, struct str path, struct str kek, struct str ad,
                       struct err *err)
{
	ARENA_AUTO a = arena_new(0);
	BUF_AUTO b;
	buf_init(&b, KEY_FILE_MAX);
	buf_add(&b, file_line);
	TRY(key_seal(k, kek, ad, &b, err));
	return replace(a, path, buf_str(&b), err);
}

static void close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

struct result key_load(struct str path, struct str kek, struct str ad, struct key **ret,
                       struct err *err)
{
	ARENA_AUTO a = arena_new(0);
	const char *name = arena_cstr(a, path);
	char bytes[KEY_FILE_MAX];
	size_t n = 0;
	struct stat st;
	__attribute__((cleanup(close_p))) int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) != 0)
		return disk(err, "open", name);
	if (st.st_mode & 077)
		return fail(err, ERR_FORBIDDEN, "crypto.key.mode", NULL,
		            "%s can be read by others (mode %03o): chmod 600 it", name,
		            (unsigned)st.st_mode & 0777u);
	for (ssize_t got; n < sizeof bytes; n += (size_t)got) {
		got = read(fd, bytes + n, sizeof bytes - n);
		if (got < 0)
			return disk(err, "read", name);
		if (got == 0)
			break;
	}
	struct str all = str_of(bytes, n);
	if (!str_starts(all, file_line))
		return fail(err, ERR_INPUT, "crypto.key.file", NULL, "%s is not a key file", name);
	return key_unseal(str_from(all, file_line.n), kek, ad, ret, err);
}
