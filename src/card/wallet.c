#include "card/wallet.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "crypto/aead.h"
#include "crypto/password.h"
#include "crypto/secret_file.h"
#include "trust/cms.h"

enum { WALLET_FILE_MAX = 1 << 20, DEVICE_KEY = 32, SALT = 16, PIN_DIGITS = 4,
       PASSWORD_MIN_CHARS = 6, PASSWORD_MAX_CHARS = 16 };

/* One row per use: everything that differs between login and signature. */
static const struct use_row {
	const char *name; /* member in the file, and what the key is sealed for */
	unsigned tries;
	enum document_kind kind;
} uses[] = {
	[WALLET_LOGIN] = { "login", WALLET_PIN_TRIES, DOCUMENT_LOGIN },
	[WALLET_SIGN] = { "sign", WALLET_PASSWORD_TRIES, DOCUMENT_APPLICATION },
};

struct wallet {
	struct arena *arena; /* of what was read last */
	struct str dir;
	struct secret device;
	const struct json *file;
};

/* ---- the rules for secrets ---- */

static bool pin_fits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n == PIN_DIGITS;
}

/* 署名用パスワード: 6 to 16 upper-case letters and digits, both of them. */
static bool password_fits(struct str s)
{
	bool letter = false, digit = false;
	for (size_t i = 0; i < s.n; i++) {
		bool l = s.p[i] >= 'A' && s.p[i] <= 'Z', d = s.p[i] >= '0' && s.p[i] <= '9';
		if (!l && !d)
			return false;
		letter |= l;
		digit |= d;
	}
	return letter && digit && s.n >= PASSWORD_MIN_CHARS && s.n <= PASSWORD_MAX_CHARS;
}

static struct result secret_fits(enum wallet_use use, struct str s, struct err *err)
{
	if (use == WALLET_LOGIN && !pin_fits(s))
		return fail(err, ERR_INPUT, "card.pin.form", NULL, "a PIN is four digits");
	if (use == WALLET_SIGN && !password_fits(s))
		return fail(err, ERR_INPUT, "card.password.form", NULL,
		            "a signing password is 6 to 16 of A-Z and 0-9, both of them");
	return ok();
}

/* ---- the file ---- */

static struct str path_of(struct arena *a, struct str dir, const char *name)
{
	return arena_printf(a, "%.*s/%s", STR_ARG(dir), name);
}

static struct result write_file(struct str dir, const struct secret *device,
                                const struct json *j, struct err *err)
{
	ARENA_AUTO a = arena_new(WALLET_FILE_MAX * 4);
	BUF_AUTO sealed;
	buf_init(&sealed, WALLET_FILE_MAX);
	TRY(aead_seal(secret_str(device), STR("wallet"), json_to_str(a, j), &sealed, err));
	return file_write(path_of(a, dir, "wallet.bin"), buf_str(&sealed), 0600, err);
}

static struct result read_file(struct wallet *w, struct err *err)
{
	struct str sealed, text;
	const struct json *j;
	arena_reset(w->arena);
	w->file = NULL;
	TRY(file_read(w->arena, path_of(w->arena, w->dir, "wallet.bin"), WALLET_FILE_MAX, &sealed,
	              err));
	TRY(aead_open(secret_str(&w->device), STR("wallet"), sealed, w->arena, &text, err));
	TRY(json_parse(w->arena, text, &j, err));
	w->file = j;
	return ok();
}

/* One use at a time, over all processes: a counter must not be read twice. */
static int lock(const struct wallet *w)
{
	ARENA_AUTO a = arena_new(1 << 16);
	int fd = open(arena_cstr(a, path_of(a, w->dir, "lock")), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void unlock(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static const struct json *part(const struct wallet *w, enum wallet_use use)
{
	return json_get(w->file, str_c(uses[use].name));
}

/* ---- sealing a key under its PIN ---- */

static struct result seal_part(struct arena *a, enum wallet_use use, const struct key *key,
                               struct str cert, struct str secret, const struct json **ret,
                               struct err *err)
{
	uint8_t salt[SALT];
	SECRET_AUTO kek = { 0 };
	BUF_AUTO sealed;
	struct str salt_str = str_of((const char *)salt, sizeof salt);
	buf_init(&sealed, WALLET_FILE_MAX);
	random_bytes(salt, sizeof salt);
	TRY(password_key(secret, salt_str, password_cost_default(), AEAD_KEY, &kek, err));
	TRY(key_seal(key, secret_str(&kek), str_c(uses[use].name), &sealed, err));
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("salt"), base64_encode(a, salt_str));
	json_put_str(o, STR("key"), base64_encode(a, buf_str(&sealed)));
	json_put_str(o, STR("cert"), base64_encode(a, cert));
	json_put_int(o, STR("tries"), uses[use].tries);
	*ret = json_object_done(o);
	return ok();
}

/* A wrong secret does not open the seal: WALLET_WRONG, no error. */
static struct result unseal_part(const struct wallet *w, enum wallet_use use,
                                 struct str secret, enum wallet_verdict *ret_verdict,
                                 struct key **ret_key, struct err *err)
{
	ARENA_AUTO a = arena_new(WALLET_FILE_MAX);
	struct str salt, sealed;
	struct err why = { 0 };
	SECRET_AUTO kek = { 0 };
	TRY(base64_decode(a, json_text(json_get(part(w, use), STR("salt"))), &salt, err));
	TRY(base64_decode(a, json_text(json_get(part(w, use), STR("key"))), &sealed, err));
	TRY(password_key(secret, salt, password_cost_default(), AEAD_KEY, &kek, err));
	struct result r = key_unseal(sealed, secret_str(&kek), str_c(uses[use].name), ret_key, &why);
	*ret_verdict = is_ok(r) ? WALLET_OK : WALLET_WRONG;
	return ok();
}

static struct result set_tries(struct wallet *w, enum wallet_use use, int64_t tries,
                               struct err *err)
{
	struct str path = arena_printf(w->arena, "%s.tries", uses[use].name);
	w->file = json_with(w->arena, w->file, path, json_num(w->arena, tries));
	return write_file(w->dir, &w->device, w->file, err);
}

/* Spends a try, checks, gives the tries back on success. */
static struct result use_secret(struct wallet *w, enum wallet_use use, struct str secret,
                                enum wallet_verdict *ret_verdict, unsigned *ret_tries,
                                struct key **ret_key, struct err *err)
{
	int64_t left = json_int_or(json_get(part(w, use), STR("tries")), 0);
	if (left <= 0) {
		*ret_verdict = WALLET_LOCKED;
		*ret_tries = 0;
		return ok();
	}
	TRY(set_tries(w, use, left - 1, err));
	TRY(unseal_part(w, use, secret, ret_verdict, ret_key, err));
	if (*ret_verdict == WALLET_OK)
		TRY(set_tries(w, use, uses[use].tries, err));
	else if (left == 1)
		*ret_verdict = WALLET_LOCKED;
	*ret_tries = (unsigned)(*ret_verdict == WALLET_OK ? uses[use].tries : left - 1);
	return ok();
}

/* ---- public ---- */

struct result wallet_create(struct str dir, const struct wallet_new *w, struct err *err)
{
	ARENA_AUTO a = arena_new(WALLET_FILE_MAX * 4);
	SECRET_AUTO device = { 0 };
	const struct json *login, *sign;
	TRY(secret_fits(WALLET_LOGIN, w->pin, err));
	TRY(file_make_dirs(dir, 0700, err));
	TRY(secret_file(path_of(a, dir, "device.key"), DEVICE_KEY, &device, err));
	struct json_object *o = json_object_new(a);
	json_put_int(o, STR("version"), 1);
	json_put_str(o, STR("name"), w->name);
	json_put_str(o, STR("issuer"), w->issuer_url);
	TRY(seal_part(a, WALLET_LOGIN, w->login_key, w->login_cert, w->pin, &login, err));
	json_put(o, STR("login"), login);
	if (w->sign_cert.n) {
		TRY(secret_fits(WALLET_SIGN, w->password, err));
		TRY(seal_part(a, WALLET_SIGN, w->sign_key, w->sign_cert, w->password, &sign, err));
		json_put(o, STR("sign"), sign);
	}
	return write_file(dir, &device, json_object_done(o), err);
}

struct result wallet_open(struct str dir, struct wallet **ret, struct err *err)
{
	struct wallet *w = MEM_NEW(struct wallet);
	w->arena = arena_new(WALLET_FILE_MAX * 8);
	w->dir = str_of(mem_cstr(dir.p, dir.n), dir.n);
	struct result r = secret_file(path_of(w->arena, dir, "device.key"), DEVICE_KEY, &w->device,
	                              err);
	if (is_ok(r))
		r = read_file(w, err);
	if (is_err(r)) {
		wallet_close(w);
		return r;
	}
	*ret = w;
	return ok();
}

void wallet_close(struct wallet *w)
{
	if (!w)
		return;
	secret_done(&w->device);
	arena_free(w->arena);
	mem_free((void *)(uintptr_t)w->dir.p);
	mem_free(w);
}

struct str wallet_name(const struct wallet *w)
{
	return json_text(json_get(w->file, STR("name")));
}

struct str wallet_cert(const struct wallet *w, struct arena *a, enum wallet_use use)
{
	struct str der;
	struct str text = json_text(json_get(part(w, use), STR("cert")));
	if (text.n == 0 || is_err(base64_decode(a, text, &der, NULL)))
		return STR("");
	return der;
}

unsigned wallet_tries(const struct wallet *w, enum wallet_use use)
{
	return (unsigned)json_int_or(json_get(part(w, use), STR("tries")), 0);
}

struct result wallet_sign(struct wallet *w, struct arena *a, enum wallet_use use,
                          struct str secret, struct str document, int64_t now_us,
                          enum wallet_verdict *ret, unsigned *ret_tries, struct str *ret_cms,
                          struct err *err)
{
	KEY_AUTO key = NULL;
	__attribute__((cleanup(unlock))) int fd = lock(w);
	enum wallet_verdict verdict;
	if (fd < 0)
		return fail(err, ERR_UNAVAILABLE, "card.lock", NULL, "the wallet cannot be locked");
	TRY(read_file(w, err));
	TRY(use_secret(w, use, secret, &verdict, ret_tries, &key, err));
	if (verdict == WALLET_OK) {
		struct cms_signer signer = { .key = key, .cert = wallet_cert(w, a, use) };
		TRY(trust_sign_document(a, uses[use].kind, &signer, document, now_us, ret_cms, err));
	}
	*ret = verdict;
	return ok();
}

struct result wallet_change(struct wallet *w, enum wallet_use use, struct str old,
                            struct str fresh, enum wallet_verdict *ret, unsigned *ret_tries,
                            struct err *err)
{
	KEY_AUTO key = NULL;
	__attribute__((cleanup(unlock))) int fd = lock(w);
	enum wallet_verdict verdict;
	const struct json *sealed;
	if (fd < 0)
		return fail(err, ERR_UNAVAILABLE, "card.lock", NULL, "the wallet cannot be locked");
	TRY(secret_fits(use, fresh, err));
	TRY(read_file(w, err));
	TRY(use_secret(w, use, old, &verdict, ret_tries, &key, err));
	if (verdict == WALLET_OK) {
		TRY(seal_part(w->arena, use, key, wallet_cert(w, w->arena, use), fresh, &sealed, err));
		w->file = json_with(w->arena, w->file, str_c(uses[use].name), sealed);
		TRY(write_file(w->dir, &w->device, w->file, err));
	}
	*ret = verdict;
	return ok();
}
