/* Private keys at rest: PKCS#8 under AES-256-GCM.
 *
 * File: "musubi-key-1\n" then the sealed bytes; the first line is part of the
 * associated data, so that a file is nothing else. Written whole or not at all
 * by base/file.h. */
#include <limits.h>
#include <sys/stat.h>

#include "base/file.h"
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

struct result key_file_bytes(const struct key *k, struct str kek, struct str ad, struct buf *ret,
                             struct err *err)
{
	buf_add(ret, file_line);
	return key_seal(k, kek, ad, ret, err);
}

struct result key_save(const struct key *k, struct str path, struct str kek, struct str ad,
                       struct err *err)
{
	BUF_AUTO b;
	buf_init(&b, KEY_FILE_MAX);
	TRY(key_file_bytes(k, kek, ad, &b, err));
	return file_write(path, buf_str(&b), 0600, err);
}

/* Sealed or not, a key file that others can read is a mistake to be told. */
static struct result check_mode(struct str path, struct err *err)
{
	char name[PATH_MAX];
	struct stat st;
	if (path.n >= sizeof name)
		return fail(err, ERR_INPUT, "crypto.key.file", NULL, "the path is too long");
	memcpy(name, path.p, path.n);
	name[path.n] = 0;
	if (stat(name, &st) == 0 && st.st_mode & 077)
		return fail(err, ERR_FORBIDDEN, "crypto.key.mode", NULL,
		            "%s can be read by others (mode %03o): chmod 600 it", name,
		            (unsigned)st.st_mode & 0777u);
	return ok();
}

struct result key_load(struct str path, struct str kek, struct str ad, struct key **ret,
                       struct err *err)
{
	char bytes[KEY_FILE_MAX];
	size_t n;
	TRY(check_mode(path, err));
	TRY(file_read_into(path, bytes, sizeof bytes, &n, err));
	struct str all = str_of(bytes, n);
	if (!str_starts(all, file_line))
		return fail(err, ERR_INPUT, "crypto.key.file", NULL, "%.*s is not a key file",
		            STR_ARG(path));
	return key_unseal(str_from(all, file_line.n), kek, ad, ret, err);
}
