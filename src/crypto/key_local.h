/* Inside of the key module: what key.c, key_local.c and key_file.c share. */
#ifndef MUSUBI_CRYPTO_KEY_LOCAL_H
#define MUSUBI_CRYPTO_KEY_LOCAL_H

#include <openssl/evp.h>

#include "crypto/key.h"

/* NULL for a public key. */
const struct key_home *key_home_of(const struct key *k, void **ret_ctx);
/* Sets padding and salt where the algorithm is RSASSA-PSS. */
bool key_sig_pss(EVP_PKEY_CTX *p, enum sig_alg alg);

#endif
