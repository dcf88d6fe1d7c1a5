/* Argon2id by libargon2, behind PHC strings that we read ourselves first: the
 * library would take any cost that a string asks for. */
#include "crypto/password.h"

#include <argon2.h>

#include "base/mem.h"
#include "base/random.h"

enum { SALT = 16, HASH = 32, MEBI_MAX = 1024, PASSES_MAX = 64, LANES_MAX = 16, PHC_MAX = 256 };

struct password_cost password_cost_default(void)
{
	return (struct password_cost){ .passes = 2, .mebibytes = 19, .lanes = 1 };
}

static struct result check(struct str password, struct password_cost c, struct err *err)
{
	if (password.n > PASSWORD_MAX)
		return fail(err, ERR_TOO_LARGE, "crypto.password.long", NULL,
		            "%zu bytes, at most %d", password.n, PASSWORD_MAX);
	if (c.passes < 1 || c.passes > PASSES_MAX || c.mebibytes < 1 || c.mebibytes > MEBI_MAX ||
	    c.lanes < 1 || c.lanes > LANES_MAX)
		return fail(err, ERR_INPUT, "crypto.password.cost", "RFC 9106 §3.1",
		            "t=%u m=%u MiB p=%u", c.passes, c.mebibytes, c.lanes);
	return ok();
}

struct result password_hash(struct str password, struct password_cost cost, struct arena *a,
                            struct str *ret_phc, struct err *err)
{
	uint8_t salt[SALT];
	char phc[PHC_MAX];
	TRY(check(password, cost, err));
	random_bytes(salt, sizeof salt);
	int rc = argon2id_hash_encoded(cost.passes, cost.mebibytes * 1024, cost.lanes, password.p,
	                               password.n, salt, sizeof salt, HASH, phc, sizeof phc);
	if (rc != ARGON2_OK)
		return fail(err, ERR_UNAVAILABLE, "crypto.password.memory", NULL, "argon2: %s",
		            argon2_error_message(rc));
	*ret_phc = arena_str(a, str_c(phc));
	return ok();
}

/* "m=19456" with key 'm'; false when it is something else. */
static bool number(struct str part, char key, uint32_t max, uint32_t *ret)
{
	uint64_t v;
	if (part.n < 3 || part.p[0] != key || part.p[1] != '=' || !str_to_u64(str_from(part, 2), &v) ||
	    v > max)
		return false;
	*ret = (uint32_t)v;
	return true;
}

struct phc {
	uint32_t kib, passes, lanes;
};

static bool read_phc(struct str s, struct phc *ret)
{
	struct str head, m, t, p, salt, hash;
	struct str prefix = STR("$argon2id$v=19$");
	if (s.n >= PHC_MAX || !str_starts(s, prefix))
		return false;
	return str_cut(str_from(s, prefix.n), '$', &head, &s) && str_cut(head, ',', &m, &head) &&
	       str_cut(head, ',', &t, &p) && number(m, 'm', MEBI_MAX * 1024, &ret->kib) &&
	       number(t, 't', PASSES_MAX, &ret->passes) && number(p, 'p', LANES_MAX, &ret->lanes) &&
	       str_cut(s, '$', &salt, &hash) && salt.n >= 11 && hash.n >= 22 &&
	       str_find_char(hash, '$') == STR_NONE;
}

struct result password_verify(struct str phc, struct str password, bool *ret_right,
                              struct err *err)
{
	struct phc cost;
	char text[PHC_MAX];
	if (!read_phc(phc, &cost))
		return fail(err, ERR_INPUT, "crypto.password.phc", NULL,
		            "not an Argon2id PHC string within the limits");
	if (password.n > PASSWORD_MAX) {
		*ret_right = false;
		return ok();
	}
	memcpy(text, phc.p, phc.n);
	text[phc.n] = 0;
	int rc = argon2id_verify(text, password.p, password.n);
	if (rc != ARGON2_OK && rc != ARGON2_VERIFY_MISMATCH)
		return fail(err, rc == ARGON2_MEMORY_ALLOCATION_ERROR ? ERR_UNAVAILABLE : ERR_INPUT,
		            "crypto.password.phc", NULL, "argon2: %s", argon2_error_message(rc));
	*ret_right = rc == ARGON2_OK;
	return ok();
}

bool password_stale(struct str phc, struct password_cost cost)
{
	struct phc is;
	return !read_phc(phc, &is) || is.kib < cost.mebibytes * 1024 || is.passes < cost.passes ||
	       is.lanes != cost.lanes;
}

struct result password_key(struct str password, struct str salt, struct password_cost cost,
                           size_t n, struct secret *ret, struct err *err)
{
	TRY(check(password, cost, err));
	if (salt.n < SALT || salt.n > 1024 || n < 16 || n > 64)
		return fail(err, ERR_INPUT, "crypto.password.salt", "RFC 9106 §3.1",
		            "salt of %zu bytes, key of %zu", salt.n, n);
	SECRET_AUTO key = secret_new(n);
	int rc = argon2id_hash_raw(cost.passes, cost.mebibytes * 1024, cost.lanes, password.p,
	                           password.n, salt.p, salt.n, key.p, key.n);
	if (rc != ARGON2_OK)
		return fail(err, ERR_UNAVAILABLE, "crypto.password.memory", NULL, "argon2: %s",
		            argon2_error_message(rc));
	*ret = key;
	key = (struct secret){ 0 };
	return ok();
}
