/* Inside of the key module: what key.c, key_local.c and key_file.c share. */
#ifndef MUSUBI_CRYPTO_KEY_LOCAL_H
#define MUSUBI_CRYPTO_KEY_LOCAL_H

#include <openssl/evp.h>

#include "crypto/key.h"

/* NULL for a public key. */
const struct key_home *key_home_of(const struct key *k, void **ret_ctx);
/* What signs: the digest where the algorithm hashes first, else the data itself.
 * `room` has DIGEST_SIZE_MAX bytes. */
struct str key_prehash(enum sig_alg alg, struct str data, uint8_t *room);
/* Sets padding and salt where the algorithm is RSASSA-PSS. */
bool key_sig_pss(EVP_PKEY_CTX *p, enum sig_alg alg);
/* Signs what key_prehash gave. *cache, made at the first use, belongs to one
 * thread, one key and one algorithm: setting one up costs as much as half a
 * signature of P-256. Free it with EVP_PKEY_CTX_free. False: it cannot be. */
bool key_pkey_sign(EVP_PKEY *key, EVP_PKEY_CTX **cache, enum sig_alg alg, struct str hashed,
                   uint8_t ret[KEY_SIG_MAX], size_t *ret_n);
bool key_pkey_unwrap(EVP_PKEY *key, struct str wrapped, struct secret *ret);
bool key_pkey_derive(EVP_PKEY *key, EVP_PKEY *peer, struct secret *ret);
/* The public half as OpenSSL knows it; lives as long as the key. */
EVP_PKEY *key_pkey_public(const struct key *k);

#endif
