/* Signatures of others: names to algorithms, and the check of a value. Keys come
 * as SubjectPublicKeyInfo of any type that OpenSSL reads; its error queue is left
 * clean. RSA-PSS parameters: RFC 4055 §3.1. */
#include "sign/algorithm_table.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "base/calendar.h"
#include "crypto/need.h"
#include "sign/key_cache.h"

enum { PARAMS_BYTES = 64 };
#define OID_MGF1 "1.2.840.113549.1.1.8"

/* ---- names ---- */

const struct sign_digest *sign_digest_oid(const char *oid)
{
	for (size_t i = 0; i < SIGN_DIGESTS; i++)
		if (strcmp(sign_digests[i].oid, oid) == 0)
			return &sign_digests[i];
	return NULL;
}

const struct sign_digest *sign_digest_xml(struct str uri)
{
	for (size_t i = 0; i < SIGN_DIGESTS; i++)
		if (sign_digests[i].xml && str_eq(uri, str_c(sign_digests[i].xml)))
			return &sign_digests[i];
	return NULL;
}

/* "S256" is what JWS puts into sigD (ETSI TS 119 182-1 §5.2.8). */
const struct sign_digest *sign_digest_name(struct str name)
{
	for (size_t i = 0; i < SIGN_DIGESTS; i++) {
		const struct sign_digest *d = &sign_digests[i];
		struct str bits = str_from(str_c(d->name), 4);
		if (str_eq_nocase(name, str_c(d->name)) || str_eq_nocase(name, str_c(d->evp)) ||
		    (i < SD_SHA224 && name.n == 4 && name.p[0] == 'S' && str_eq(str_from(name, 1), bits)))
			return d;
	}
	return NULL;
}

const struct sign_digest *sign_digest_of(enum digest_alg alg)
{
	static const int rows[DIGEST_COUNT] = { [DIGEST_SHA1] = SD_SHA1, [DIGEST_SHA256] = SD_SHA256,
		[DIGEST_SHA384] = SD_SHA384, [DIGEST_SHA512] = SD_SHA512 };
	return &sign_digests[rows[alg]];
}

static void use(const struct sign_row *row, bool raw, struct sign_alg *ret)
{
	const struct sign_digest *d = row->digest == SD_NONE ? NULL : &sign_digests[row->digest];
	*ret = (struct sign_alg){ .name = row->name, .family = row->family, .digest = d,
		.mgf = row->family == SIGN_RSA_PSS ? d : NULL,
		.salt = row->family == SIGN_RSA_PSS ? d->size : 0, .raw = raw || row->raw };
}

static const struct sign_row *row_of(enum sign_family family, const struct sign_digest *d)
{
	for (size_t i = 0; i < SIGN_ROWS; i++)
		if (sign_rows[i].family == family && sign_rows[i].digest != SD_NONE &&
		    &sign_digests[sign_rows[i].digest] == d)
			return &sign_rows[i];
	return NULL;
}

/* XML and JOSE write the integers of ECDSA and DSA side by side (RFC 9231 §2.3.6,
 * XML Signature 1.1 §6.4.1, RFC 7518 §3.4). */
static bool pair(const struct sign_row *row)
{
	return row->family == SIGN_ECDSA || row->family == SIGN_DSA;
}

bool sign_alg_xml(struct str uri, struct sign_alg *ret)
{
	for (size_t i = 0; i < SIGN_ROWS; i++) {
		if (!sign_rows[i].xml || !str_eq(uri, str_c(sign_rows[i].xml)))
			continue;
		use(&sign_rows[i], pair(&sign_rows[i]), ret);
		return true;
	}
	return false;
}

bool sign_alg_jose(struct str name, struct sign_alg *ret)
{
	struct str wanted = str_eq(name, STR("Ed25519")) ? STR("EdDSA") : name; /* RFC 9864 */
	for (size_t i = 0; i < SIGN_ROWS; i++) {
		if (!sign_rows[i].jose || !str_eq(wanted, str_c(sign_rows[i].jose)))
			continue;
		use(&sign_rows[i], pair(&sign_rows[i]), ret);
		return true;
	}
	return false;
}

void sign_alg_ours(enum sig_alg alg, struct sign_alg *ret)
{
	bool known = sign_alg_jose(str_c(sig_alg_row(alg)->jose), ret);
	crypto_need(known, "a row of sign/algorithm_table.c");
	ret->raw = false;
}

/* ---- AlgorithmIdentifier ---- */

/* HashAlgorithm: an OID, then nothing or NULL. */
static const struct sign_digest *get_digest(struct der_in *in)
{
	char oid[DER_OID_TEXT];
	struct der_in seq = der_enter(in, DER_SEQ);
	der_get_oid(&seq, oid);
	if (der_peek(&seq) == DER_NULL)
		der_get_null(&seq);
	der_leave(in, &seq);
	return in->bad ? NULL : sign_digest_oid(oid);
}

static const struct sign_digest *get_mgf(struct der_in *in)
{
	char oid[DER_OID_TEXT];
	struct der_in seq = der_enter(in, DER_SEQ);
	der_get_oid(&seq, oid);
	const struct sign_digest *d = get_digest(&seq);
	der_leave(in, &seq);
	return !in->bad && strcmp(oid, OID_MGF1) == 0 ? d : NULL;
}

/* RSASSA-PSS-params; each member has SHA-1's default when it is left out. */
static bool get_pss(struct der_in *in, struct sign_alg *ret)
{
	const struct sign_digest *hash = &sign_digests[SD_SHA1], *mgf = hash;
	uint64_t salt = 20, trailer = 1;
	struct der_in seq = der_enter(in, DER_SEQ);
	for (int tag; (tag = der_peek(&seq)) >= 0;) {
		struct der_in one = der_enter(&seq, tag);
		if (tag == DER_CTXC(0))
			hash = get_digest(&one);
		else if (tag == DER_CTXC(1))
			mgf = get_mgf(&one);
		else if (tag == DER_CTXC(2))
			salt = der_get_uint(&one);
		else if (tag == DER_CTXC(3))
			trailer = der_get_uint(&one);
		else
			der_fault(&one);
		der_leave(&seq, &one);
	}
	der_leave(in, &seq);
	const struct sign_row *row = hash ? row_of(SIGN_RSA_PSS, hash) : NULL;
	if (in->bad || !row || !mgf || trailer != 1 || salt > 512)
		return false;
	use(row, false, ret);
	ret->mgf = mgf;
	ret->salt = (size_t)salt;
	return true;
}

/* Plain names of key types stand for "with the digest beside" (RFC 5652 §10.1.2
 * in practice). */
static bool bare(const char *oid, const struct sign_digest *beside, struct sign_alg *ret)
{
	const struct sign_row *row = NULL;
	if (beside && strcmp(oid, "1.2.840.113549.1.1.1") == 0)
		row = row_of(SIGN_RSA, beside);
	else if (beside && strcmp(oid, "1.2.840.10045.2.1") == 0)
		row = row_of(SIGN_ECDSA, beside);
	else if (beside && strcmp(oid, "1.2.840.10040.4.1") == 0)
		row = row_of(SIGN_DSA, beside);
	if (row)
		use(row, false, ret);
	return row != NULL;
}

bool sign_alg_der(struct str algorithm_identifier, const struct sign_digest *beside,
                  struct sign_alg *ret)
{
	char oid[DER_OID_TEXT];
	struct der_in in = der_read(algorithm_identifier), seq = der_enter(&in, DER_SEQ);
	der_get_oid(&seq, oid);
	if (!seq.bad && strcmp(oid, "1.2.840.113549.1.1.10") == 0)
		return der_peek(&seq) == DER_SEQ && get_pss(&seq, ret) && der_done(&seq);
	if (der_peek(&seq) == DER_NULL)
		der_get_null(&seq);
	else if (der_peek(&seq) >= 0) /* curve parameters beside a signature's name: harmless */
		(void)der_get_raw(&seq, 0);
	der_leave(&in, &seq);
	if (!der_done(&in))
		return false;
	for (size_t i = 0; i < SIGN_ROWS; i++) {
		if (!sign_rows[i].oid || strcmp(oid, sign_rows[i].oid) != 0)
			continue;
		use(&sign_rows[i], false, ret);
		return true;
	}
	return bare(oid, beside, ret);
}

/* ---- checking ---- */

static bool fits(const EVP_PKEY *k, enum sign_family family)
{
	switch (family) {
	case SIGN_RSA:
		return EVP_PKEY_is_a(k, "RSA");
	case SIGN_RSA_PSS:
		return EVP_PKEY_is_a(k, "RSA") || EVP_PKEY_is_a(k, "RSA-PSS");
	case SIGN_ECDSA:
		return EVP_PKEY_is_a(k, "EC");
	case SIGN_DSA:
		return EVP_PKEY_is_a(k, "DSA");
	case SIGN_EDDSA:
		return EVP_PKEY_is_a(k, "ED25519") || EVP_PKEY_is_a(k, "ED448");
	}
	return false;
}

/* r||s as Dss-Sig-Value; each half is as long as the order of the group. */
static bool to_der(const EVP_PKEY *k, struct str raw, struct buf *ret)
{
	size_t half = EVP_PKEY_is_a(k, "DSA") ? raw.n / 2 : ((size_t)EVP_PKEY_get_bits(k) + 7) / 8;
	struct der d;
	if (raw.n == 0 || raw.n != 2 * half)
		return false;
	der_init(&d, ret);
	der_open(&d, DER_SEQ);
	der_put_bytes_int(&d, str_sub(raw, 0, half));
	der_put_bytes_int(&d, str_from(raw, half));
	der_close(&d);
	return !buf_over(ret);
}

static bool check_hash(EVP_PKEY *k, const struct sign_alg *alg, struct str hash, struct str sig)
{
	EVP_MD *md = EVP_MD_fetch(NULL, alg->digest->evp, NULL);
	EVP_MD *mgf = alg->mgf ? EVP_MD_fetch(NULL, alg->mgf->evp, NULL) : NULL;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, k, NULL);
	bool good = c && md && hash.n == alg->digest->size && EVP_PKEY_verify_init(c) == 1 &&
	            EVP_PKEY_CTX_set_signature_md(c, md) == 1;
	if (good && alg->family == SIGN_RSA_PSS)
		good = mgf && EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_mgf1_md(c, mgf) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(c, (int)alg->salt) == 1;
	good = good && EVP_PKEY_verify(c, (const uint8_t *)sig.p, sig.n, (const uint8_t *)hash.p,
	                               hash.n) == 1;
	EVP_PKEY_CTX_free(c);
	EVP_MD_free(mgf);
	EVP_MD_free(md);
	return good;
}

static bool check_whole(EVP_PKEY *k, struct str content, struct str sig)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	crypto_need(c != NULL, "verify");
	bool good = EVP_DigestVerifyInit(c, NULL, NULL, NULL, k) == 1 &&
	            EVP_DigestVerify(c, (const uint8_t *)sig.p, sig.n,
	                             (const uint8_t *)(content.p ? content.p : ""), content.n) == 1;
	EVP_MD_CTX_free(c);
	return good;
}

bool sign_check(struct str spki, const struct sign_alg *alg, struct str hash, struct str sig)
{
	BUF_AUTO der;
	EVP_PKEY *k = sign_key_of(spki);
	bool good = k && sig.n && fits(k, alg->family);
	buf_init(&der, 1024);
	if (good && alg->raw) {
		good = to_der(k, sig, &der);
		sig = buf_str(&der);
	}
	good = good && (alg->digest ? check_hash(k, alg, hash, sig) : check_whole(k, hash, sig));
	EVP_PKEY_free(k);
	ERR_clear_error();
	return good;
}

/* ---- strength ---- */

static const char *type_of(const EVP_PKEY *k)
{
	return EVP_PKEY_is_a(k, "RSA") || EVP_PKEY_is_a(k, "RSA-PSS") ? "RSA"
	       : EVP_PKEY_is_a(k, "DSA") ? "DSA"
	       : EVP_PKEY_is_a(k, "EC") ? "EC" : "";
}

static int64_t key_until(const EVP_PKEY *k)
{
	for (size_t i = 0; i < SIGN_STRENGTHS; i++)
		if (strcmp(sign_strengths[i].type, type_of(k)) == 0 &&
		    EVP_PKEY_get_bits(k) < sign_strengths[i].below)
			return sign_strengths[i].until;
	return INT64_MAX;
}

bool sign_alg_good(const struct sign_alg *alg, struct str spki, int64_t at, char what[160])
{
	if (alg->digest && at >= alg->digest->until) {
		snprintf(what, 160, "%s is not to be relied on since %d", alg->digest->name,
		         jst_from_us(alg->digest->until).date.year);
		return false;
	}
	EVP_PKEY *k = sign_key_of(spki);
	bool good = k && at < key_until(k);
	if (!k)
		snprintf(what, 160, "the public key cannot be read");
	else if (!good)
		snprintf(what, 160, "a key of %d bits is too short for that time", EVP_PKEY_get_bits(k));
	EVP_PKEY_free(k);
	return good;
}

struct str sign_key_name(struct arena *a, struct str spki)
{
	EVP_PKEY *k = sign_key_of(spki);
	char group[64] = "";
	struct str name = STR("?");
	if (k && EVP_PKEY_is_a(k, "EC") && EVP_PKEY_get_group_name(k, group, sizeof group, NULL) == 1)
		name = arena_printf(a, "EC %s", group);
	else if (k && *type_of(k))
		name = arena_printf(a, "%s %d", type_of(k), EVP_PKEY_get_bits(k));
	else if (k)
		name = EVP_PKEY_is_a(k, "ED448") ? STR("Ed448") : STR("Ed25519");
	EVP_PKEY_free(k);
	ERR_clear_error();
	return name;
}
