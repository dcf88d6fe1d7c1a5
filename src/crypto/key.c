/* Keys: life, import of public keys, signing and verifying.
 *
 * Invariants: `public` is the key that `spki` encodes; `alg` is a
 * row; a private half is reached only through `home`. OpenSSL's error queue is
 * left clean, because the TLS code of this thread reads it too. */
#include "crypto/key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdatomic.h>

#include "base/mem.h"
#include "crypto/der.h"
#include "crypto/key_local.h"
#include "crypto/need.h"

struct key {
	atomic_uint refs;
	enum key_alg alg;
	EVP_PKEY *public;
	char *spki;
	size_t spki_n;
	uint8_t digest[SHA256_SIZE];
	const struct key_home *home; /* NULL: public only */
	void *ctx;
};

static struct result not_a_key(struct err *err, const char *why)
{
	ERR_clear_error();
	return fail(err, ERR_INPUT, "crypto.key.malformed", "RFC 5280 §4.1.2.7",
	            "public key refused: %s", why);
}

/* RFC 8017 §A.1.1. e at most 32 bits: a larger one only serves to burn time. */
static bool rsa_fits(const struct key_alg_row *row, struct str bits)
{
	struct der_in in = der_read(bits), seq = der_enter(&in, DER_SEQ);
	struct str n = der_get_int(&seq);
	uint64_t e = der_get_uint(&seq);
	der_leave(&in, &seq);
	return der_done(&in) && e >= 3 && e <= UINT32_MAX && e & 1 && n.n > 1 && n.p[0] == 0 &&
	       (n.n - 1) * 8 == row->bits && (uint8_t)n.p[1] & 0x80 && (uint8_t)n.p[n.n - 1] & 1;
}

/* The algorithm's parameters as the row has them: NULL for RSA (RFC 3279
 * §2.3.1), a named curve (RFC 5480 §2.1.1), nothing (RFC 8410 §3). */
static bool params_fit(const struct key_alg_row *row, struct der_in params)
{
	char curve[DER_OID_TEXT];
	if (row->curve) {
		der_get_oid(&params, curve);
		return der_done(&params) && strcmp(curve, row->curve) == 0;
	}
	if (row->point == 0)
		der_get_null(&params);
	return der_done(&params);
}

/* A point is uncompressed, and on its curve: from_params sees to that. */
static bool bits_fit(const struct key_alg_row *row, struct str bits)
{
	if (row->point == 0)
		return rsa_fits(row, bits);
	return bits.n == row->point && (!row->curve || bits.p[0] == 4);
}

static bool spki_row(struct str spki, enum key_alg *ret, struct str *ret_bits)
{
	char oid[DER_OID_TEXT];
	struct der_in in = der_read(spki), seq = der_enter(&in, DER_SEQ), alg = der_enter(&seq, DER_SEQ);
	struct str bits = der_get_bits(&seq);
	der_get_oid(&alg, oid);
	der_leave(&in, &seq);
	if (alg.bad || !der_done(&in))
		return false;
	for (size_t i = 0; i < KEY_ALG_COUNT; i++) {
		const struct key_alg_row *row = key_alg_row((enum key_alg)i);
		if (strcmp(oid, row->oid) != 0 || !params_fit(row, alg) || !bits_fit(row, bits))
			continue;
		*ret = (enum key_alg)i;
		*ret_bits = bits;
		return true;
	}
	return false;
}

static struct key *key_make(enum key_alg alg, EVP_PKEY *public, struct str spki)
{
	struct key *k = MEM_NEW(struct key);
	atomic_init(&k->refs, 1);
	k->alg = alg;
	k->public = public;
	k->spki = mem_cstr(spki.p, spki.n);
	k->spki_n = spki.n;
	sha256(spki, k->digest);
	return k;
}

/* d2i_PUBKEY asks every decoder of every provider and takes ten times as long
 * as a verification; the form is known already, so the numbers go in directly. */
static EVP_PKEY *from_params(const char *family, OSSL_PARAM *params)
{
	EVP_PKEY *k = NULL;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, family, NULL);
	crypto_need(c != NULL, family);
	if (EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &k, EVP_PKEY_PUBLIC_KEY, params) != 1)
		k = NULL;
	EVP_PKEY_CTX_free(c);
	return k;
}

static EVP_PKEY *rsa_public(struct str bits)
{
	struct der_in in = der_read(bits), seq = der_enter(&in, DER_SEQ);
	struct str n = str_from(der_get_int(&seq), 1); /* its sign octet is 0: rsa_fits */
	uint64_t e = der_get_uint(&seq);
	uint8_t modulus[512]; /* OSSL_PARAM wants the machine's own order */
	for (size_t i = 0; i < n.n; i++)
		modulus[i] = (uint8_t)n.p[__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? n.n - 1 - i : i];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, modulus, n.n),
		OSSL_PARAM_construct_uint64(OSSL_PKEY_PARAM_RSA_E, &e),
		OSSL_PARAM_construct_end(),
	};
	return from_params("RSA", params);
}

static EVP_PKEY *ec_public(const char *group, struct str bits)
{
	char name[16] = { 0 };
	memcpy(name, group, strlen(group));
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (char *)(uintptr_t)bits.p,
		                                  bits.n),
		OSSL_PARAM_construct_end(),
	};
	return from_params("EC", params); /* refuses a point that is not on the curve */
}

struct result key_import_public(struct str spki, struct key **ret, struct err *err)
{
	enum key_alg alg;
	struct str bits;
	if (spki.n > KEY_SPKI_MAX || !spki_row(spki, &alg, &bits))
		return not_a_key(err, "not one of the accepted algorithms and forms");
	const struct key_alg_row *row = key_alg_row(alg);
	EVP_PKEY *public = alg == KEY_ED25519
	        ? EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, (const uint8_t *)bits.p, bits.n)
	        : row->group ? ec_public(row->group, bits) : rsa_public(bits);
	if (!public)
		return not_a_key(err, "not a valid point or modulus");
	*ret = key_make(alg, public, spki);
	return ok();
}

struct result key_new_at(struct str spki, const struct key_home *home, void *ctx, struct key **ret,
                         struct err *err)
{
	struct key *k;
	TRY(key_import_public(spki, &k, err));
	k->home = home;
	k->ctx = ctx;
	*ret = k;
	return ok();
}

struct key *key_ref(struct key *k)
{
	atomic_fetch_add_explicit(&k->refs, 1, memory_order_relaxed);
	return k;
}

void key_unref(struct key *k)
{
	if (!k || atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (k->home && k->home->free)
		k->home->free(k->ctx);
	EVP_PKEY_free(k->public);
	mem_free(k->spki);
	mem_free(k);
}

enum key_alg key_alg_of(const struct key *k)
{
	return k->alg;
}

enum sig_alg key_sig_of(const struct key *k)
{
	return key_alg_row(k->alg)->sig;
}

bool key_private(const struct key *k)
{
	return k->home != NULL;
}

struct str key_spki(const struct key *k)
{
	return str_of(k->spki, k->spki_n);
}

void key_digest(const struct key *k, uint8_t ret[SHA256_SIZE])
{
	memcpy(ret, k->digest, SHA256_SIZE);
}

const struct key_home *key_home_of(const struct key *k, void **ret_ctx)
{
	*ret_ctx = k->ctx;
	return k->home;
}

bool key_makes(const struct key *k, enum sig_alg alg)
{
	const struct key_alg_row *kr = key_alg_row(k->alg);
	const struct sig_alg_row *sr = sig_alg_row(alg);
	return strcmp(kr->family, sr->family) == 0 &&
	       (!sr->group || (kr->group && strcmp(kr->group, sr->group) == 0));
}

struct result key_sign(const struct key *k, enum sig_alg alg, struct str data,
                       uint8_t ret[KEY_SIG_MAX], size_t *ret_n, struct err *err)
{
	if (!key_makes(k, alg))
		return fail(err, ERR_INPUT, "crypto.key.mismatch", NULL, "a key of %s cannot make %s",
		            key_alg_row(k->alg)->name, sig_alg_row(alg)->jose);
	if (!k->home)
		return fail(err, ERR_INPUT, "crypto.key.public", NULL, "only the public half is here");
	return k->home->sign(k->ctx, alg, data, ret, ret_n, err);
}

struct result key_unwrap(const struct key *k, struct str wrapped, struct secret *ret,
                         struct err *err)
{
	const struct key_alg_row *row = key_alg_row(k->alg);
	if (strcmp(row->family, "RSA") != 0 || (k->home && !k->home->unwrap))
		return fail(err, ERR_INPUT, "crypto.key.mismatch", NULL, "a key of %s unwraps nothing here",
		            row->name);
	if (!k->home)
		return fail(err, ERR_INPUT, "crypto.key.public", NULL, "only the public half is here");
	if (wrapped.n != row->bits / 8)
		return fail(err, ERR_INPUT, "crypto.key.unwrap", "RFC 8017 §7.1.2",
		            "the wrapped bytes do not open");
	return k->home->unwrap(k->ctx, wrapped, ret, err);
}

struct result key_derive(const struct key *k, struct str peer, struct secret *ret,
                         struct err *err)
{
	KEY_AUTO other = NULL;
	if (!key_alg_row(k->alg)->curve || (k->home && !k->home->derive))
		return fail(err, ERR_INPUT, "crypto.key.mismatch", NULL, "a key of %s derives nothing here",
		            key_alg_row(k->alg)->name);
	if (!k->home)
		return fail(err, ERR_INPUT, "crypto.key.public", NULL, "only the public half is here");
	TRY(key_import_public(peer, &other, err)); /* on its curve, or refused */
	if (other->alg != k->alg)
		return fail(err, ERR_INPUT, "crypto.key.mismatch", "NIST SP 800-56A §5.7.1.2",
		            "a peer on another curve");
	return k->home->derive(k->ctx, peer, ret, err);
}

EVP_PKEY *key_pkey_public(const struct key *k)
{
	return k->public;
}

bool key_verify(const struct key *k, enum sig_alg alg, struct str data, struct str sig)
{
	if (!key_makes(k, alg) || sig.n == 0 || sig.n > KEY_SIG_MAX)
		return false;
	const struct sig_alg_row *row = sig_alg_row(alg);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	EVP_PKEY_CTX *p = NULL;
	const EVP_MD *md = row->prehash ? digest_evp(row->digest) : NULL;
	crypto_need(c != NULL, "verify");
	bool holds = EVP_DigestVerifyInit(c, &p, md, NULL, k->public) == 1 && key_sig_pss(p, alg) &&
	             EVP_DigestVerify(c, (const uint8_t *)sig.p, sig.n,
	                              (const uint8_t *)(data.p ? data.p : ""), data.n) == 1;
	EVP_MD_CTX_free(c);
	if (!holds)
		ERR_clear_error();
	return holds;
}
