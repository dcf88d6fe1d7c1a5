#include "card/wallet.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "card/wallet_file.h"
#include "crypto/aead.h"
#include "crypto/password.h"
#include "trust/cms.h"

/* The login key once more, under the signing password. */
#define RESCUE "rescue"

enum { SALT = 16, PIN_DIGITS = 4, PASSWORD_MIN_CHARS = 6, PASSWORD_MAX_CHARS = 16 };

/* One row per use: everything that differs between login and signature. */
static const struct use_row {
	const char *name; /* member in the file, and what the key is sealed for */
	const char *tries_path;
	unsigned tries;
	enum document_kind kind;
	const char *form_code, *form;
} uses[] = {
	[WALLET_LOGIN] = { "login", "login.tries", WALLET_PIN_TRIES, DOCUMENT_LOGIN,
		"card.pin.form", "a PIN is four digits" },
	[WALLET_SIGN] = { "sign", "sign.tries", WALLET_PASSWORD_TRIES, DOCUMENT_APPLICATION,
		"card.password.form", "a signing password is 6 to 16 of A-Z and 0-9, both of them" },
};

struct wallet {
	struct arena *arena; /* of what was read last */
	char *dir;
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

bool wallet_secret_fits(enum wallet_use use, struct str secret)
{
	return use == WALLET_LOGIN ? pin_fits(secret) : password_fits(secret);
}

static struct result must_fit(enum wallet_use use, struct str secret, struct err *err)
{
	if (wallet_secret_fits(use, secret))
		return ok();
	return fail(err, ERR_INPUT, uses[use].form_code, NULL, "%s", uses[use].form);
}

/* ---- sealing a key under its PIN ---- */

static const struct json *part(const struct wallet *w, enum wallet_use use)
{
	return json_get(w->file, str_c(uses[use].name));
}

/* The cost is kept with the key: a dearer default later must not lock people out. */
static const struct json *cost_json(struct arena *a, struct password_cost c)
{
	struct json_object *o = json_object_new(a);
	json_put_int(o, STR("passes"), c.passes);
	json_put_int(o, STR("mebibytes"), c.mebibytes);
	json_put_int(o, STR("lanes"), c.lanes);
	return json_object_done(o);
}

static struct password_cost cost_of(const struct json *j)
{
	return (struct password_cost){
		.passes = (uint32_t)json_int_or(json_get(j, STR("passes")), 0),
		.mebibytes = (uint32_t)json_int_or(json_get(j, STR("mebibytes")), 0),
		.lanes = (uint32_t)json_int_or(json_get(j, STR("lanes")), 0),
	};
}

static struct result seal_part(struct arena *a, enum wallet_use use, const struct key *key,
                               struct str cert, struct str secret, const struct json **ret,
                               struct err *err)
{
	uint8_t salt[SALT];
	SECRET_AUTO kek = { 0 };
	BUF_AUTO sealed;
	struct password_cost cost = password_cost_default();
	struct str salt_str = str_of((const char *)salt, sizeof salt);
	buf_init(&sealed, WALLET_FILE_MAX);
	random_bytes(salt, sizeof salt);
	TRY(password_key(secret, salt_str, cost, AEAD_KEY, &kek, err));
	TRY(key_seal(key, secret_str(&kek), str_c(uses[use].name), &sealed, err));
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("salt"), base64_encode(a, salt_str));
	json_put(o, STR("cost"), cost_json(a, cost));
	json_put_str(o, STR("key"), base64_encode(a, buf_str(&sealed)));
	json_put_str(o, STR("cert"), base64_encode(a, cert));
	json_put_int(o, STR("tries"), uses[use].tries);
	*ret = json_object_done(o);
	return ok();
}

/* A wrong secret does not open the seal: WALLET_WRONG, no error. */
static struct result unseal(const struct json *p, enum wallet_use use, struct str secret,
                            enum wallet_verdict *ret_verdict, struct key **ret_key,
                            struct err *err)
{
	ARENA_AUTO a = arena_new(WALLET_FILE_MAX);
	struct str salt, sealed;
	struct err why = { 0 };
	SECRET_AUTO kek = { 0 };
	TRY(base64_decode(a, json_text(json_get(p, STR("salt"))), &salt, err));
	TRY(base64_decode(a, json_text(json_get(p, STR("key"))), &sealed, err));
	TRY(password_key(secret, salt, cost_of(json_get(p, STR("cost"))), AEAD_KEY, &kek, err));
	struct result r = key_unseal(sealed, secret_str(&kek), str_c(uses[use].name), ret_key, &why);
	bool forged = is_err(r) && why.code && str_eq(str_c(why.code), STR("crypto.aead.forged"));
	if (is_err(r) && !forged) {
		if (err)
			*err = why;
		return r;
	}
	*ret_verdict = forged ? WALLET_WRONG : WALLET_OK;
	return ok();
}

/* ---- counters ---- */

static struct result set_tries(struct wallet *w, enum wallet_use use, unsigned tries,
                               struct err *err)
{
	const struct json *j = json_with(w->arena, w->file, str_c(uses[use].tries_path),
	                                 json_num(w->arena, tries));
	TRY(wallet_write(str_c(w->dir), &w->device, j, err));
	w->file = j;
	return ok();
}

/* Spends a try, checks, gives the tries back on success. A failure between
 * leaves the try spent: never the other way round. */
static struct result use_secret(struct wallet *w, enum wallet_use use, struct str secret,
                                enum wallet_verdict *ret_verdict, struct key **ret_key,
                                struct err *err)
{
	unsigned left = wallet_tries(w, use);
	enum wallet_verdict verdict;
	if (left == 0) {
		*ret_verdict = WALLET_LOCKED;
		return ok();
	}
	TRY(set_tries(w, use, left - 1, err));
	TRY(unseal(part(w, use), use, secret, &verdict, ret_key, err));
	if (verdict == WALLET_OK)
		TRY(set_tries(w, use, uses[use].tries, err));
	*ret_verdict = verdict == WALLET_WRONG && left == 1 ? WALLET_LOCKED : verdict;
	return ok();
}

static struct result read_again(struct wallet *w, struct err *err)
{
	arena_reset(w->arena);
	w->file = NULL;
	return wallet_read(str_c(w->dir), &w->device, w->arena, &w->file, err);
}

/* Under the lock: what another process did since is seen. */
static struct result begin(struct wallet *w, enum wallet_use use, struct err *err)
{
	TRY(read_again(w, err));
	if (!wallet_has(w, use))
		return fail(err, ERR_NOT_FOUND, "card.no_key", NULL, "this wallet has no %s key",
		            uses[use].name);
	return ok();
}

/* ---- public ---- */

static struct result add_part(struct arena *a, struct json_object *o, enum wallet_use use,
                              const struct key *key, struct str cert, struct str secret,
                              struct err *err)
{
	const struct json *sealed;
	TRY(seal_part(a, use, key, cert, secret, &sealed, err));
	json_put(o, str_c(uses[use].name), sealed);
	return ok();
}

struct result wallet_create(struct str dir, const struct wallet_new *w, struct err *err)
{
	ARENA_AUTO a = arena_new(WALLET_FILE_MAX * 4);
	SECRET_AUTO device = { 0 };
	WALLET_LOCK_AUTO fd = -1;
	TRY(must_fit(WALLET_LOGIN, w->pin, err));
	if (w->sign_cert.n)
		TRY(must_fit(WALLET_SIGN, w->password, err));
	TRY(file_make_dirs(dir, 0700, err));
	TRY(wallet_lock(dir, &fd, err));
	if (wallet_is_there(dir))
		return fail(err, ERR_CONFLICT, "card.exists", NULL, "there is a wallet in %.*s",
		            STR_ARG(dir));
	TRY(wallet_device(dir, true, &device, err));
	struct json_object *o = json_object_new(a);
	json_put_int(o, STR("version"), WALLET_VERSION);
	json_put_str(o, STR("name"), w->name);
	json_put_str(o, STR("issuer"), w->issuer_url);
	TRY(add_part(a, o, WALLET_LOGIN, w->login_key, w->login_cert, w->pin, err));
	if (w->sign_cert.n) {
		const struct json *rescue;
		TRY(add_part(a, o, WALLET_SIGN, w->sign_key, w->sign_cert, w->password, err));
		TRY(seal_part(a, WALLET_LOGIN, w->login_key, STR(""), w->password, &rescue, err));
		json_put(o, STR(RESCUE), rescue);
	}
	return wallet_write(dir, &device, json_object_done(o), err);
}

struct result wallet_open(struct str dir, struct wallet **ret, struct err *err)
{
	struct wallet *w = MEM_NEW(struct wallet);
	w->arena = arena_new(WALLET_FILE_MAX * 8);
	w->dir = mem_cstr(dir.p, dir.n);
	struct result r = wallet_device(dir, false, &w->device, err);
	if (is_ok(r))
		r = read_again(w, err);
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
	mem_free(w->dir);
	mem_free(w);
}

struct str wallet_name(const struct wallet *w)
{
	return json_text(json_get(w->file, STR("name")));
}

struct str wallet_issuer(const struct wallet *w)
{
	return json_text(json_get(w->file, STR("issuer")));
}

bool wallet_has(const struct wallet *w, enum wallet_use use)
{
	return part(w, use) != NULL;
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
	int64_t n = json_int_or(json_get(part(w, use), STR("tries")), 0);
	return n < 0 || n > uses[use].tries ? 0 : (unsigned)n;
}

static bool document_fits(enum wallet_use use, struct str document)
{
	enum document_kind kind;
	struct str body;
	return trust_document_parse(document, &kind, &body) && kind == uses[use].kind;
}

struct result wallet_sign(struct wallet *w, struct arena *a, enum wallet_use use,
                          struct str secret, struct str document, int64_t now_us,
                          enum wallet_verdict *ret, unsigned *ret_tries, struct str *ret_cms,
                          struct err *err)
{
	KEY_AUTO key = NULL;
	WALLET_LOCK_AUTO fd = -1;
	enum wallet_verdict verdict;
	if (!document_fits(use, document))
		return fail(err, ERR_INPUT, "card.document", NULL, "not a document for the %s key",
		            uses[use].name);
	TRY(must_fit(use, secret, err));
	TRY(wallet_lock(str_c(w->dir), &fd, err));
	TRY(begin(w, use, err));
	TRY(use_secret(w, use, secret, &verdict, &key, err));
	if (verdict == WALLET_OK) {
		struct cms_signer signer = { .key = key, .cert = wallet_cert(w, a, use) };
		TRY(trust_sign_document(a, uses[use].kind, &signer, document, now_us, ret_cms, err));
	}
	*ret = verdict;
	*ret_tries = wallet_tries(w, use);
	return ok();
}

/* Whoever changes the password takes the login key along under the new one. */
static struct result move_rescue(struct wallet *w, struct str old, struct str fresh,
                                 const struct json **j, struct err *err)
{
	KEY_AUTO login = NULL;
	enum wallet_verdict verdict;
	const struct json *sealed, *p = json_get(w->file, STR(RESCUE));
	if (!p)
		return ok();
	TRY(unseal(p, WALLET_LOGIN, old, &verdict, &login, err));
	if (verdict != WALLET_OK)
		return fail(err, ERR_INPUT, "card.damaged", NULL, "the password opens one key, not the other");
	TRY(seal_part(w->arena, WALLET_LOGIN, login, STR(""), fresh, &sealed, err));
	*j = json_with(w->arena, *j, STR(RESCUE), sealed);
	return ok();
}

/* The key under the new secret, its counter full: one write. `old` is "" when it
 * was another secret that opened the key. */
static struct result replace_part(struct wallet *w, enum wallet_use use, const struct key *key,
                                  struct str old, struct str secret, struct err *err)
{
	const struct json *sealed;
	TRY(seal_part(w->arena, use, key, wallet_cert(w, w->arena, use), secret, &sealed, err));
	const struct json *j = json_with(w->arena, w->file, str_c(uses[use].name), sealed);
	if (use == WALLET_SIGN)
		TRY(move_rescue(w, old, secret, &j, err));
	TRY(wallet_write(str_c(w->dir), &w->device, j, err));
	w->file = j;
	return ok();
}

struct result wallet_change(struct wallet *w, enum wallet_use use, struct str old,
                            struct str fresh, enum wallet_verdict *ret, unsigned *ret_tries,
                            struct err *err)
{
	KEY_AUTO key = NULL;
	WALLET_LOCK_AUTO fd = -1;
	enum wallet_verdict verdict;
	TRY(must_fit(use, old, err));
	TRY(must_fit(use, fresh, err));
	TRY(wallet_lock(str_c(w->dir), &fd, err));
	TRY(begin(w, use, err));
	TRY(use_secret(w, use, old, &verdict, &key, err));
	if (verdict == WALLET_OK)
		TRY(replace_part(w, use, key, old, fresh, err));
	*ret = verdict;
	*ret_tries = wallet_tries(w, use);
	return ok();
}

/* ---- the way out of a locked PIN ---- */

bool wallet_can_reset(const struct wallet *w)
{
	return wallet_has(w, WALLET_SIGN) && json_get(w->file, STR(RESCUE)) &&
	       wallet_tries(w, WALLET_SIGN) > 0;
}

struct result wallet_reset_pin(struct wallet *w, struct str password, struct str fresh,
                               enum wallet_verdict *ret, unsigned *ret_tries, struct err *err)
{
	KEY_AUTO sign = NULL;
	KEY_AUTO login = NULL;
	WALLET_LOCK_AUTO fd = -1;
	enum wallet_verdict verdict, opened = WALLET_OK;
	TRY(must_fit(WALLET_SIGN, password, err));
	TRY(must_fit(WALLET_LOGIN, fresh, err));
	TRY(wallet_lock(str_c(w->dir), &fd, err));
	TRY(begin(w, WALLET_SIGN, err));
	const struct json *rescue = json_get(w->file, STR(RESCUE));
	if (!rescue)
		return fail(err, ERR_NOT_FOUND, "card.no_rescue", NULL, "this wallet has no such way");
	TRY(use_secret(w, WALLET_SIGN, password, &verdict, &sign, err));
	if (verdict == WALLET_OK)
		TRY(unseal(json_get(w->file, STR(RESCUE)), WALLET_LOGIN, password, &opened, &login, err));
	if (verdict == WALLET_OK && opened != WALLET_OK)
		return fail(err, ERR_INPUT, "card.damaged", NULL, "the password opens one key, not the other");
	if (verdict == WALLET_OK)
		TRY(replace_part(w, WALLET_LOGIN, login, STR(""), fresh, err));
	*ret = verdict;
	*ret_tries = wallet_tries(w, WALLET_SIGN);
	return ok();
}
