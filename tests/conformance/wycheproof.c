/* wycheproof [DIR]: every *_test.json of a directory laid out like C2SP's
 * Wycheproof (testvectors_v1), for the algorithms that this house uses.
 *
 * One line for each file and for each case that went wrong, then "N passed, N
 * failed". "valid" must be accepted, "invalid" refused, "acceptable" either. A
 * file or group of an algorithm that is not a row here is named and not counted:
 * nothing is skipped in silence. Exit: 0; 1 when a case failed or none ran; 77
 * when DIR is not given and ../shared/conformance/wycheproof is not there. */
#include <stdio.h>
#include <stdlib.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "crypto/aead.h"
#include "crypto/der.h"
#include "crypto/key.h"
#include "wycheproof_jws.h"

enum { FILES_MAX = 2000, FILE_MAX = 64 << 20, ARENA_MAX = 1 << 30, SKIPPED = 77,
       OKM_MAX = 255 * SHA256_SIZE };

struct count {
	size_t passed, failed, foreign;
};

/* One case; false: refused, or with another outcome than the file's. */
struct group {
	const struct json *j;
	struct key *key;     /* NULL: the kind needs none */
	enum sig_alg alg;
	bool p1363;
	enum digest_alg digest;
};
typedef bool case_fn(struct arena *a, const struct group *g, const struct json *t);

static struct str field(struct arena *a, const struct json *j, const char *name)
{
	struct str s = STR("");
	return is_ok(hex_decode(a, json_text(json_get(j, str_c(name))), &s, NULL)) ? s : STR("");
}

static struct str word(const struct json *j, const char *name)
{
	return json_text(json_get(j, str_c(name)));
}

static int64_t number(const struct json *j, const char *name)
{
	return json_int_or(json_get(j, str_c(name)), 0);
}

/* ---- the kinds ---- */

static bool run_signature(struct arena *a, const struct group *g, const struct json *t)
{
	struct str sig = field(a, t, "sig");
	if (g->p1363 && is_err(sig_es_der(g->alg, sig, a, &sig, NULL)))
		return false;
	return key_verify(g->key, g->alg, field(a, t, "msg"), sig);
}

/* Sealed form is nonce, ciphertext, tag: the case's own, put together. */
static bool run_aead(struct arena *a, const struct group *g, const struct json *t)
{
	(void)g;
	struct str plain, sealed = arena_join(a, arena_join(a, field(a, t, "iv"), field(a, t, "ct")),
	                                      field(a, t, "tag"));
	return is_ok(aead_open(field(a, t, "key"), field(a, t, "aad"), sealed, a, &plain, NULL)) &&
	       str_eq(plain, field(a, t, "msg"));
}

static bool run_mac(struct arena *a, const struct group *g, const struct json *t)
{
	uint8_t mac[DIGEST_SIZE_MAX];
	struct str tag = field(a, t, "tag");
	size_t n = hmac(g->digest, field(a, t, "key"), field(a, t, "msg"), mac);
	return tag.n == (size_t)number(g->j, "tagSize") / 8 && tag.n <= n &&
	       str_eq(tag, str_of((char *)mac, tag.n));
}

static bool run_hkdf(struct arena *a, const struct group *g, const struct json *t)
{
	(void)g;
	int64_t n = number(t, "size");
	if (n < 1 || n > OKM_MAX) /* RFC 5869 §2.3 */
		return false;
	uint8_t *okm = arena_alloc(a, (size_t)n);
	hkdf_sha256(field(a, t, "ikm"), field(a, t, "salt"), field(a, t, "info"), okm, (size_t)n);
	return str_eq(str_of((char *)okm, (size_t)n), field(a, t, "okm"));
}

static bool run_oaep(struct arena *a, const struct group *g, const struct json *t)
{
	SECRET_AUTO plain = { 0 };
	return is_ok(key_unwrap(g->key, field(a, t, "ct"), &plain, NULL)) &&
	       str_eq(secret_str(&plain), field(a, t, "msg"));
}

/* A private number as PKCS#8 (RFC 5915 §3). */
static bool ec_private(struct arena *a, const struct key_alg_row *row, struct str d,
                       struct key **ret)
{
	size_t w = (row->point - 1) / 2;
	char *fixed = arena_alloc(a, w);
	while (d.n > w && d.p[0] == 0)
		d = str_from(d, 1);
	if (d.n > w)
		return false;
	memcpy(fixed + (w - d.n), d.p, d.n);
	BUF_AUTO b;
	BUF_AUTO inner;
	struct der p;
	buf_init(&b, 512);
	buf_init(&inner, 256);
	der_init(&p, &inner);
	der_open(&p, DER_SEQ);
	der_put_uint(&p, 1);
	der_put(&p, DER_OCTETS, str_of(fixed, w));
	der_close(&p);
	der_init(&p, &b);
	der_open(&p, DER_SEQ);
	der_put_uint(&p, 0);
	der_open(&p, DER_SEQ);
	der_put_oid(&p, row->oid);
	der_put_oid(&p, row->curve);
	der_close(&p);
	der_put(&p, DER_OCTETS, buf_str(&inner));
	der_close(&p);
	return is_ok(key_import(buf_str(&b), ret, NULL));
}

static bool run_ecdh(struct arena *a, const struct group *g, const struct json *t)
{
	KEY_AUTO own = NULL;
	SECRET_AUTO shared = { 0 };
	const struct key_alg_row *row = key_alg_row(sig_alg_row(g->alg)->half == 32 ? KEY_P256 : KEY_P384);
	return ec_private(a, row, field(a, t, "private"), &own) &&
	       is_ok(key_derive(own, field(a, t, "public"), &shared, NULL)) &&
	       str_eq(secret_str(&shared), field(a, t, "shared"));
}

static bool run_jws(struct arena *a, const struct group *g, const struct json *t)
{
	return wycheproof_jws_run(a, g->j, t);
}

/* ---- which kind a group is ---- */

static bool digest_named(struct str name, enum digest_alg *ret)
{
	static const char *const names[DIGEST_COUNT] = { [DIGEST_SHA1] = "SHA-1",
		[DIGEST_SHA256] = "SHA-256", [DIGEST_SHA384] = "SHA-384", [DIGEST_SHA512] = "SHA-512" };
	for (size_t i = 0; i < DIGEST_COUNT; i++)
		if (str_eq(name, str_c(names[i]))) {
			*ret = (enum digest_alg)i;
			return true;
		}
	return false;
}

static bool curve_named(struct str name, enum sig_alg *ret)
{
	*ret = str_eq(name, STR("secp256r1")) ? SIG_ES256 : SIG_ES384;
	return *ret == SIG_ES256 || str_eq(name, STR("secp384r1"));
}

/* The row that makes such signatures with that key. */
static bool sig_for(const struct key *k, bool pss, enum digest_alg digest, enum sig_alg *ret)
{
	const struct key_alg_row *kr = key_alg_row(key_alg_of(k));
	for (size_t i = 0; i < SIG_ALG_COUNT; i++) {
		const struct sig_alg_row *r = sig_alg_row((enum sig_alg)i);
		if (strcmp(r->family, kr->family) == 0 && r->pss == pss &&
		    (!r->group || strcmp(r->group, kr->group) == 0) &&
		    (!r->prehash || r->digest == digest)) {
			*ret = (enum sig_alg)i;
			return true;
		}
	}
	return false;
}

static bool public_key(struct arena *a, const struct json *j, struct group *g)
{
	static const char *const names[] = { "publicKeyDer", "keyDer" };
	struct str der = STR("");
	for (size_t i = 0; i < 2 && !der.n; i++)
		der = field(a, j, names[i]);
	return is_ok(key_import_public(der, &g->key, NULL));
}

static case_fn *signatures(struct arena *a, struct group *g, bool pss)
{
	if (!public_key(a, g->j, g))
		return NULL;
	digest_named(word(g->j, "sha"), &g->digest);
	size_t size = digest_size(g->digest);
	bool ours = !pss || ((size_t)number(g->j, "sLen") == size &&
	                     str_eq(word(g->j, "mgfSha"), word(g->j, "sha")));
	return ours && sig_for(g->key, pss, g->digest, &g->alg) ? run_signature : NULL;
}

static case_fn *oaep(struct arena *a, struct group *g)
{
	struct str pkcs8 = field(a, g->j, "privateKeyPkcs8");
	bool ours = str_eq(word(g->j, "sha"), STR("SHA-256")) &&
	            str_eq(word(g->j, "mgfSha"), STR("SHA-256"));
	return ours && is_ok(key_import(pkcs8, &g->key, NULL)) ? run_oaep : NULL;
}

static case_fn *kind_of(struct arena *a, struct str algorithm, struct group *g)
{
	struct str type = word(g->j, "type");
	g->p1363 = str_eq(type, STR("EcdsaP1363Verify"));
	if (str_eq(type, STR("EcdsaVerify")) || g->p1363 || str_eq(type, STR("EddsaVerify")) ||
	    str_eq(type, STR("RsassaPkcs1Verify")))
		return digest_named(word(g->j, "sha"), &g->digest) || str_eq(type, STR("EddsaVerify"))
		               ? signatures(a, g, false) : NULL;
	if (str_eq(type, STR("RsassaPssVerify")))
		return digest_named(word(g->j, "sha"), &g->digest) ? signatures(a, g, true) : NULL;
	if (str_eq(type, STR("JsonWebSignature")))
		return wycheproof_jws_ours(g->j) ? run_jws : NULL;
	if (str_eq(algorithm, STR("AES-GCM")))
		return number(g->j, "keySize") == 256 && number(g->j, "ivSize") == 96 &&
		       number(g->j, "tagSize") == 128 ? run_aead : NULL;
	if (str_starts(algorithm, STR("HMACSHA"))) {
		struct str name = arena_printf(a, "SHA-%.*s", STR_ARG(str_from(algorithm, 7)));
		return digest_named(name, &g->digest) ? run_mac : NULL;
	}
	if (str_eq(algorithm, STR("HKDF-SHA-256")))
		return run_hkdf;
	if (str_eq(type, STR("RsaesOaepDecrypt")))
		return oaep(a, g);
	if (str_eq(type, STR("EcdhTest")) && str_eq(word(g->j, "encoding"), STR("asn")))
		return curve_named(word(g->j, "curve"), &g->alg) ? run_ecdh : NULL;
	return NULL;
}

/* ---- running ---- */

/* A label is a part of RSAES-OAEP that nothing here uses. */
static bool foreign_case(const struct json *t)
{
	return word(t, "label").n > 0;
}

static void run_group(struct arena *a, struct str file, struct str algorithm,
                      const struct json *j, struct count *c)
{
	struct group g = { .j = j };
	case_fn *run = kind_of(a, algorithm, &g);
	const struct json *tests = json_get(j, STR("tests"));
	for (size_t i = 0; i < json_len(tests); i++) {
		const struct json *t = json_at(tests, i);
		struct str result = word(t, "result");
		if (!run || foreign_case(t)) {
			c->foreign++;
			continue;
		}
		bool accepted = run(a, &g, t);
		bool right = str_eq(result, STR("acceptable")) || accepted == str_eq(result, STR("valid"));
		*(right ? &c->passed : &c->failed) += 1;
		if (!right)
			printf("FAIL %.*s case %lld (%.*s): %s, expected %.*s\n", STR_ARG(file),
			       (long long)number(t, "tcId"), STR_ARG(word(t, "comment")),
			       accepted ? "accepted" : "refused", STR_ARG(result));
	}
	key_unref(g.key);
}

static void run_file(struct str dir, struct str name, struct count *total)
{
	ARENA_AUTO a = arena_new(ARENA_MAX);
	struct count c = { 0 };
	struct err err = { 0 };
	struct str text;
	const struct json *j;
	if (is_err(file_read(a, file_join(a, dir, name), FILE_MAX, &text, &err)) ||
	    is_err(json_parse(a, text, &j, &err))) {
		printf("FAIL %.*s: %s\n", STR_ARG(name), err.what);
		total->failed++;
		return;
	}
	const struct json *groups = json_get(j, STR("testGroups"));
	for (size_t i = 0; i < json_len(groups); i++)
		run_group(a, name, word(j, "algorithm"), json_at(groups, i), &c);
	printf("%-48.*s %6zu passed %4zu failed", STR_ARG(name), c.passed, c.failed);
	printf(c.foreign ? " %6zu of algorithms not in use\n" : "\n", c.foreign);
	total->passed += c.passed;
	total->failed += c.failed;
}

/* $MUSUBI_SHARED or ../shared beside the source. */
static struct str default_dir(struct arena *a)
{
	struct str shared = str_c(getenv("MUSUBI_SHARED")), source = str_c(getenv("MUSUBI_SOURCE"));
	if (!shared.n)
		shared = file_join(a, source.n ? source : STR("."), STR("../shared"));
	return file_join(a, shared, STR("conformance/wycheproof"));
}

int main(int argc, char **argv)
{
	ARENA_AUTO a = arena_new(0);
	struct str *names, dir = argc > 1 ? str_c(argv[1]) : default_dir(a);
	struct count total = { 0 };
	struct err err = { 0 };
	size_t n;
	if (!file_is_dir(dir)) {
		printf("%.*s is not there: Wycheproof was not run\n", STR_ARG(dir));
		return argc > 1 ? 2 : SKIPPED;
	}
	if (is_err(file_list(a, dir, FILES_MAX, &names, &n, &err))) {
		printf("%s\n", err.what);
		return 2;
	}
	for (size_t i = 0; i < n; i++)
		if (str_ends(names[i], STR(".json")))
			run_file(dir, names[i], &total);
	printf("%zu passed, %zu failed\n", total.passed, total.failed);
	return total.failed || !total.passed ? 1 : 0;
}
