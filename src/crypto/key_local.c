/* The home of private keys that live in this process: generation, signing,
 * PKCS#8 in and out. */
#include "crypto/key_local.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/mem.h"
#include "crypto/need.h"

static struct result local_sign(void *ctx, enum sig_alg alg, struct str data,
                                uint8_t ret[KEY_SIG_MAX], size_t *ret_n, struct err *err)
{
	uint8_t hash[DIGEST_SIZE_MAX], sig[KEY_SIG_MAX];
	EVP_PKEY_CTX *once = NULL;
	size_t n;
	bool done = key_pkey_sign(ctx, &once, alg, key_prehash(alg, data, hash), sig, &n);
	EVP_PKEY_CTX_free(once);
	if (!done)
		return fail(err, ERR_INTERNAL, "crypto.key.sign", NULL, "%s failed",
		            sig_alg_row(alg)->jose);
	memcpy(ret, sig, n);
	*ret_n = n;
	return ok();
}

static struct result local_unwrap(void *ctx, struct str wrapped, struct secret *ret,
                                  struct err *err)
{
	return key_pkey_unwrap(ctx, wrapped, ret)
	               ? ok()
	               : fail(err, ERR_INPUT, "crypto.key.unwrap", "RFC 8017 §7.1.2",
	                      "the wrapped bytes do not open");
}

static struct result local_derive(void *ctx, struct str peer, struct secret *ret, struct err *err)
{
	KEY_AUTO other = NULL;
	TRY(key_import_public(peer, &other, err));
	return key_pkey_derive(ctx, key_pkey_public(other), ret)
	               ? ok()
	               : fail(err, ERR_INTERNAL, "crypto.key.derive", NULL, "ECDH failed");
}

static void local_free(void *ctx)
{
	EVP_PKEY_free(ctx);
}

static const struct key_home local = { local_sign, local_free, local_unwrap, local_derive };

/* Takes over `pkey`. */
static struct result adopt(EVP_PKEY *pkey, struct key **ret, struct err *err)
{
	unsigned char *spki = NULL;
	int n = i2d_PUBKEY(pkey, &spki);
	crypto_need(n > 0, "SubjectPublicKeyInfo");
	struct result r = key_new_at(str_of((char *)spki, (size_t)n), &local, pkey, ret, err);
	OPENSSL_free(spki);
	if (is_err(r))
		EVP_PKEY_free(pkey);
	return r;
}

struct result key_generate(enum key_alg alg, struct key **ret, struct err *err)
{
	const struct key_alg_row *row = key_alg_row(alg);
	EVP_PKEY *pkey = row->group                        ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", row->group)
	                 : strcmp(row->family, "RSA") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)row->bits)
	                                                   : EVP_PKEY_Q_keygen(NULL, NULL, row->family);
	crypto_need(pkey != NULL, row->name);
	return adopt(pkey, ret, err);
}

struct result key_export(const struct key *k, struct secret *ret_pkcs8, struct err *err)
{
	void *ctx;
	if (key_home_of(k, &ctx) != &local)
		return fail(err, ERR_INPUT, "crypto.key.elsewhere", NULL,
		            "the private half is not in this process");
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(ctx);
	crypto_need(info != NULL, "PKCS#8");
	unsigned char *der = NULL;
	int n = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	crypto_need(n > 0, "PKCS#8");
	*ret_pkcs8 = secret_of(str_of((char *)der, (size_t)n));
	OPENSSL_clear_free(der, (size_t)n);
	PKCS8_PRIV_KEY_INFO_free(info);
	return ok();
}

struct result key_import(struct str pkcs8, struct key **ret, struct err *err)
{
	const unsigned char *p = (const unsigned char *)pkcs8.p;
	EVP_PKEY *pkey = NULL;
	if (pkcs8.n > 0 && pkcs8.n < 16384) {
		PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &p, (long)pkcs8.n);
		if (info && p == (const unsigned char *)pkcs8.p + pkcs8.n)
			pkey = EVP_PKCS82PKEY(info);
		PKCS8_PRIV_KEY_INFO_free(info);
	}
	if (!pkey) {
		ERR_clear_error();
		return fail(err, ERR_INPUT, "crypto.key.malformed", "RFC 5208 §5", "not a private key");
	}
	return adopt(pkey, ret, err);
}
