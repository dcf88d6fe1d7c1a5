#include "crypto/operators.h"

#include "base/encode.h"
#include "base/json.h"
#include "base/random.h"
#include "crypto/aead.h"
#include "crypto/digest.h"

enum { SALT = 16, ID = 16, CHECK = 16, SEALED_MAX = 256, MEBI_MAX = 256 };
#define TYPE "musubi-operators-1"

/* ---- sealing ---- */

static struct str associated(struct arena *a, struct str id, unsigned x, struct str name)
{
	return arena_printf(a, TYPE "\n%.*s\n%u\n%.*s", STR_ARG(id), x, STR_ARG(name));
}

static struct result check_people(const struct operator *who, unsigned n, struct err *err)
{
	for (unsigned i = 0; i < n; i++) {
		if (!who[i].name.n || who[i].name.n > OPERATORS_NAME_MAX)
			return fail(err, ERR_INPUT, "crypto.operators.name", NULL,
			            "an operator has a name of 1 to %d bytes", OPERATORS_NAME_MAX);
		if (who[i].passphrase.n < OPERATORS_MIN_PASSPHRASE)
			return fail(err, ERR_INPUT, "crypto.operators.short", NULL,
			            "the passphrase of %.*s is shorter than %d bytes", STR_ARG(who[i].name),
			            OPERATORS_MIN_PASSPHRASE);
		for (unsigned j = 0; j < i; j++) {
			if (str_eq(who[i].name, who[j].name))
				return fail(err, ERR_INPUT, "crypto.operators.twice", NULL, "%.*s is there twice",
				            STR_ARG(who[i].name));
			if (str_eq_secret(secret_str(&who[i].passphrase), secret_str(&who[j].passphrase)))
				return fail(err, ERR_INPUT, "crypto.operators.same", NULL,
				            "%.*s and %.*s have the same passphrase", STR_ARG(who[i].name),
				            STR_ARG(who[j].name));
		}
	}
	return ok();
}

static struct result seal_share(struct arena *a, struct str id, unsigned x,
                                const struct operator *who, const struct secret *share,
                                struct password_cost cost, const struct json **ret,
                                struct err *err)
{
	uint8_t salt[SALT];
	SECRET_AUTO kek = { 0 };
	BUF_AUTO sealed;
	buf_init(&sealed, SEALED_MAX);
	random_bytes(salt, sizeof salt);
	struct str s = str_of((char *)salt, SALT);
	TRY(password_key(secret_str(&who->passphrase), s, cost, AEAD_KEY, &kek, err));
	TRY(aead_seal(secret_str(&kek), associated(a, id, x, who->name), secret_str(share), &sealed,
	              err));
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("name"), who->name);
	json_put_int(o, STR("share"), x);
	json_put_str(o, STR("salt"), hex_encode(a, s));
	json_put_int(o, STR("passes"), cost.passes);
	json_put_int(o, STR("mebibytes"), cost.mebibytes);
	json_put_int(o, STR("lanes"), cost.lanes);
	json_put_str(o, STR("sealed"), hex_encode(a, buf_str(&sealed)));
	*ret = json_object_done(o);
	return ok();
}

/* Says that the joined key is the one of the ceremony, and nothing else of it. */
static struct str check_of(struct arena *a, struct str master, struct str id)
{
	uint8_t check[CHECK];
	hkdf_sha256(master, STR(TYPE), id, check, CHECK);
	return hex_encode(a, str_of((char *)check, CHECK));
}

static struct result seal_all(struct str master, const struct operator *who, unsigned n,
                              unsigned need, struct password_cost cost, struct arena *a,
                              struct secret *shares, struct str *ret, struct err *err)
{
	uint8_t raw[ID];
	struct json_array *list = json_array_new(a);
	random_bytes(raw, sizeof raw);
	struct str id = hex_encode(a, str_of((char *)raw, ID));
	TRY(share_split(master, need, n, shares, err));
	for (unsigned i = 0; i < n; i++) {
		const struct json *one;
		TRY(seal_share(a, id, i + 1, &who[i], &shares[i], cost, &one, err));
		json_push(list, one);
	}
	struct json_object *o = json_object_new(a);
	json_put_str(o, STR("type"), STR(TYPE));
	json_put_str(o, STR("id"), id);
	json_put_int(o, STR("need"), need);
	json_put_str(o, STR("check"), check_of(a, master, id));
	json_put(o, STR("operators"), json_array_done(list));
	*ret = json_to_str(a, json_object_done(o));
	return ok();
}

struct result operators_seal(struct str master, const struct operator *who, unsigned n,
                             unsigned need, struct password_cost cost, struct arena *a,
                             struct str *ret_text, struct err *err)
{
	struct secret shares[SHARE_MAX] = { 0 };
	if (n < 1 || n > SHARE_MAX || need < 1 || need > n)
		return fail(err, ERR_INPUT, "crypto.operators.count", NULL,
		            "1 to %d operators, and no more needed than there are", SHARE_MAX);
	TRY(check_people(who, n, err));
	struct result r = seal_all(master, who, n, need, cost, a, shares, ret_text, err);
	for (unsigned i = 0; i < n; i++)
		secret_done(&shares[i]);
	return r;
}

/* ---- opening ---- */

static struct result not_a_file(struct err *err)
{
	return fail(err, ERR_INPUT, "crypto.operators.file", NULL, "not a file of operators");
}

static struct result parse(struct str text, struct arena *a, const struct json **ret,
                           struct operators *o, struct err *err)
{
	TRY(json_parse(a, text, ret, err));
	const struct json *list = json_get(*ret, STR("operators"));
	int64_t need = json_int_or(json_get(*ret, STR("need")), 0);
	size_t n = json_len(list);
	if (!str_eq(json_text(json_get(*ret, STR("type"))), STR(TYPE)) || n < 1 || n > SHARE_MAX ||
	    need < 1 || (size_t)need > n)
		return not_a_file(err);
	*o = (struct operators){ .id = json_text(json_get(*ret, STR("id"))), .need = (unsigned)need,
	                         .n = (unsigned)n };
	for (size_t i = 0; i < n; i++)
		o->names[i] = json_text(json_get(json_at(list, i), STR("name")));
	return ok();
}

struct result operators_read(struct str text, struct arena *a, struct operators *ret,
                             struct err *err)
{
	const struct json *j;
	struct operators o;
	TRY(parse(text, a, &j, &o, err));
	*ret = o;
	return ok();
}

static struct result open_share(const struct json *j, struct str id, const struct operator *who,
                                struct arena *a, uint8_t *ret_x, struct secret *ret,
                                struct err *err)
{
	int64_t passes = json_int_or(json_get(j, STR("passes")), 0),
	        mebibytes = json_int_or(json_get(j, STR("mebibytes")), 0),
	        lanes = json_int_or(json_get(j, STR("lanes")), 0),
	        x = json_int_or(json_get(j, STR("share")), 0);
	struct str salt, sealed;
	SECRET_AUTO kek = { 0 };
	if (passes < 1 || passes > 64 || mebibytes < 1 || mebibytes > MEBI_MAX || lanes < 1 ||
	    lanes > 16 || x < 1 || x > SHARE_MAX)
		return not_a_file(err);
	TRY(hex_decode(a, json_text(json_get(j, STR("salt"))), &salt, err));
	TRY(hex_decode(a, json_text(json_get(j, STR("sealed"))), &sealed, err));
	struct password_cost cost = { (uint32_t)passes, (uint32_t)mebibytes, (uint32_t)lanes };
	TRY(password_key(secret_str(&who->passphrase), salt, cost, AEAD_KEY, &kek, err));
	if (is_err(aead_open_secret(secret_str(&kek), associated(a, id, (unsigned)x, who->name), sealed,
	                            ret, NULL)))
		return fail(err, ERR_AUTH, "crypto.operators.passphrase", NULL,
		            "the passphrase of %.*s is wrong", STR_ARG(who->name));
	*ret_x = (uint8_t)x;
	return ok();
}

static const struct json *named(const struct json *list, struct str name)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (str_eq(json_text(json_get(json_at(list, i), STR("name"))), name))
			return json_at(list, i);
	return NULL;
}

static struct result open_shares(const struct json *j, const struct operators *o,
                                 const struct operator *who, struct arena *a, uint8_t *x,
                                 struct secret *shares, struct secret *ret, struct err *err)
{
	SECRET_AUTO master = { 0 };
	for (unsigned i = 0; i < o->need; i++) {
		const struct json *one = named(json_get(j, STR("operators")), who[i].name);
		if (!one)
			return fail(err, ERR_AUTH, "crypto.operators.stranger", NULL, "%.*s is no operator",
			            STR_ARG(who[i].name));
		TRY(open_share(one, o->id, &who[i], a, &x[i], &shares[i], err));
	}
	TRY(share_join(x, shares, o->need, &master, err));
	if (!str_eq_secret(check_of(a, secret_str(&master), o->id),
	                   json_text(json_get(j, STR("check")))))
		return not_a_file(err);
	*ret = master;
	master = (struct secret){ 0 };
	return ok();
}

struct result operators_open(struct str text, const struct operator *who, unsigned n,
                             struct arena *a, struct secret *ret, struct err *err)
{
	const struct json *j;
	struct operators o;
	uint8_t x[SHARE_MAX];
	struct secret shares[SHARE_MAX] = { 0 };
	TRY(parse(text, a, &j, &o, err));
	if (n < o.need)
		return fail(err, ERR_INPUT, "crypto.operators.few", NULL,
		            "%u operators are needed, %u are here", o.need, n);
	struct result r = open_shares(j, &o, who, a, x, shares, ret, err);
	for (unsigned i = 0; i < SHARE_MAX; i++)
		secret_done(&shares[i]);
	return r;
}
