/* The operations of a private key on OpenSSL's EVP_PKEY: for the home in this
 * process and for the key process. OpenSSL's error queue is left clean. */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "crypto/key_local.h"
#include "crypto/need.h"

struct str key_prehash(enum sig_alg alg, struct str data, uint8_t *room)
{
	const struct sig_alg_row *row = sig_alg_row(alg);
	return row->prehash ? str_of((char *)room, digest(row->digest, data, room)) : data;
}

bool key_sig_pss(EVP_PKEY_CTX *p, enum sig_alg alg)
{
	/* RFC 4055 §3.1, RFC 7518 §3.5: MGF1 with the same hash, salt as long as the hash */
	return !sig_alg_row(alg)->pss ||
	       (EVP_PKEY_CTX_set_rsa_padding(p, RSA_PKCS1_PSS_PADDING) == 1 &&
	        EVP_PKEY_CTX_set_rsa_pss_saltlen(p, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static EVP_PKEY_CTX *prepared(EVP_PKEY *key, enum sig_alg alg)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	crypto_need(c != NULL, "sign");
	if (EVP_PKEY_sign_init(c) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(c, digest_evp(sig_alg_row(alg)->digest)) == 1 &&
	    key_sig_pss(c, alg))
		return c;
	EVP_PKEY_CTX_free(c);
	return NULL;
}

/* Ed25519 signs the message itself and knows no EVP_PKEY_sign. */
static bool sign_whole(EVP_PKEY *key, struct str data, uint8_t *sig, size_t *n)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	crypto_need(c != NULL, "sign");
	bool done = EVP_DigestSignInit(c, NULL, NULL, NULL, key) == 1 &&
	            EVP_DigestSign(c, sig, n, (const uint8_t *)(data.p ? data.p : ""), data.n) == 1;
	EVP_MD_CTX_free(c);
	return done;
}

bool key_pkey_sign(EVP_PKEY *key, EVP_PKEY_CTX **cache, enum sig_alg alg, struct str hashed,
                   uint8_t ret[KEY_SIG_MAX], size_t *ret_n)
{
	size_t n = KEY_SIG_MAX;
	bool done;
	if (!sig_alg_row(alg)->prehash) {
		done = sign_whole(key, hashed, ret, &n);
	} else {
		if (!*cache)
			*cache = prepared(key, alg);
		done = *cache &&
		       EVP_PKEY_sign(*cache, ret, &n, (const uint8_t *)hashed.p, hashed.n) == 1;
	}
	if (done)
		*ret_n = n;
	else
		ERR_clear_error();
	return done;
}

static bool set_oaep(EVP_PKEY_CTX *c)
{
	return EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_OAEP_PADDING) == 1 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(c, digest_evp(DIGEST_SHA256)) == 1 &&
	       EVP_PKEY_CTX_set_rsa_mgf1_md(c, digest_evp(DIGEST_SHA256)) == 1;
}

bool key_pkey_unwrap(EVP_PKEY *key, struct str wrapped, struct secret *ret)
{
	SECRET_AUTO room = secret_new(KEY_SIG_MAX);
	size_t n = KEY_SIG_MAX;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	crypto_need(c != NULL, "unwrap");
	bool done = EVP_PKEY_decrypt_init(c) == 1 && set_oaep(c) &&
	            EVP_PKEY_decrypt(c, room.p, &n, (const uint8_t *)wrapped.p, wrapped.n) == 1;
	EVP_PKEY_CTX_free(c);
	if (done)
		*ret = secret_of(str_of((char *)room.p, n));
	else
		ERR_clear_error();
	return done;
}

bool key_pkey_derive(EVP_PKEY *key, EVP_PKEY *peer, struct secret *ret)
{
	SECRET_AUTO room = secret_new(KEY_DERIVED_MAX);
	size_t n = KEY_DERIVED_MAX;
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	crypto_need(c != NULL, "derive");
	bool done = EVP_PKEY_derive_init(c) == 1 && EVP_PKEY_derive_set_peer(c, peer) == 1 &&
	            EVP_PKEY_derive(c, room.p, &n) == 1;
	EVP_PKEY_CTX_free(c);
	if (done)
		*ret = secret_of(str_of((char *)room.p, n));
	else
		ERR_clear_error();
	return done;
}

struct result key_wrap(const struct key *k, struct str plain, uint8_t ret[KEY_SIG_MAX],
                       size_t *ret_n, struct err *err)
{
	size_t n = KEY_SIG_MAX;
	if (strcmp(key_alg_row(key_alg_of(k))->family, "RSA") != 0)
		return fail(err, ERR_INPUT, "crypto.key.mismatch", NULL, "a key of %s wraps nothing",
		            key_alg_row(key_alg_of(k))->name);
	if (plain.n > KEY_UNWRAP_MAX)
		return fail(err, ERR_TOO_LARGE, "crypto.key.unwrap", "RFC 8017 §7.1.1",
		            "%zu bytes, at most %d", plain.n, KEY_UNWRAP_MAX);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_pkey(NULL, key_pkey_public(k), NULL);
	crypto_need(c != NULL, "wrap");
	crypto_need(EVP_PKEY_encrypt_init(c) == 1 && set_oaep(c) &&
	            EVP_PKEY_encrypt(c, ret, &n, (const uint8_t *)(plain.p ? plain.p : ""),
	                             plain.n) == 1, "RSAES-OAEP");
	EVP_PKEY_CTX_free(c);
	*ret_n = n;
	return ok();
}
