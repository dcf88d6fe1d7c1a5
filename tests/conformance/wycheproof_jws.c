/* JWK (RFC 7517, RFC 7518 §6) to SubjectPublicKeyInfo, and a case. */
#include "wycheproof_jws.h"

#include "base/encode.h"
#include "crypto/der.h"
#include "sign/jws.h"

static const struct json *key_of(const struct json *group)
{
	return json_get(group, STR("public"));
}

bool wycheproof_jws_ours(const struct json *group)
{
	struct str kty = json_text(json_get(key_of(group), STR("kty")));
	return str_eq(kty, STR("EC")) || str_eq(kty, STR("RSA"));
}

static struct str octets(struct arena *a, const struct json *key, const char *name)
{
	struct str s = STR("");
	return is_ok(base64url_decode(a, json_text(json_get(key, str_c(name))), &s, NULL)) ? s : STR("");
}

static void put_rsa(struct arena *a, const struct json *key, struct der *d)
{
	BUF_AUTO inner;
	struct der in;
	buf_init(&inner, 4096);
	der_init(&in, &inner);
	der_open(&in, DER_SEQ);
	der_put_bytes_int(&in, octets(a, key, "n"));
	der_put_bytes_int(&in, octets(a, key, "e"));
	der_close(&in);
	der_open(d, DER_SEQ);
	der_put_oid(d, "1.2.840.113549.1.1.1");
	der_put_null(d);
	der_close(d);
	der_put_bits(d, buf_str(&inner));
}

static void put_ec(struct arena *a, const struct json *key, struct der *d)
{
	static const struct { const char *crv, *oid; } curves[] = { { "P-256", "1.2.840.10045.3.1.7" },
		{ "P-384", "1.3.132.0.34" }, { "P-521", "1.3.132.0.35" } };
	struct str crv = json_text(json_get(key, STR("crv")));
	der_open(d, DER_SEQ);
	der_put_oid(d, "1.2.840.10045.2.1");
	for (size_t i = 0; i < 3; i++)
		if (str_eq(crv, str_c(curves[i].crv)))
			der_put_oid(d, curves[i].oid);
	der_close(d);
	der_put_bits(d, arena_join(a, STR("\x04"),
	                           arena_join(a, octets(a, key, "x"), octets(a, key, "y"))));
}

static struct str spki_of(struct arena *a, const struct json *key)
{
	BUF_AUTO b;
	struct der d;
	buf_init(&b, 8192);
	der_init(&d, &b);
	der_open(&d, DER_SEQ);
	if (str_eq(json_text(json_get(key, STR("kty"))), STR("RSA")))
		put_rsa(a, key, &d);
	else
		put_ec(a, key, &d);
	der_close(&d);
	return arena_str(a, buf_str(&b));
}

static bool may_verify(const struct json *key)
{
	const struct json *use = json_get(key, STR("use")), *ops = json_get(key, STR("key_ops"));
	bool named = !ops;
	for (size_t i = 0; i < json_len(ops); i++)
		named = named || str_eq(json_text(json_at(ops, i)), STR("verify"));
	return named && (!use || str_eq(json_text(use), STR("sig")));
}

/* A key's alg binds it. Not in the groups out of RFC 7520, whose keys carry none in the
 * RFC: there the file says PS256 beside a signature of PS384, and ES521 for ES512, and
 * wants both accepted. */
static bool alg_fits(const struct json *group, struct str alg)
{
	struct str own = json_text(json_get(key_of(group), STR("alg")));
	return !own.n || str_eq(own, alg) ||
	       str_starts(json_text(json_get(group, STR("comment"))), STR("rfc7520"));
}

bool wycheproof_jws_run(struct arena *a, const struct json *group, const struct json *test)
{
	struct jws j;
	const struct json *key = key_of(group);
	struct str text = json_text(json_get(test, STR("jws")));
	return may_verify(key) && is_ok(jws_parse(a, text, NULL, &j, NULL)) && j.compact &&
	       alg_fits(group, j.signatures[0].alg_name) &&
	       jws_verify(a, &j, &j.signatures[0], NULL, spki_of(a, key));
}
