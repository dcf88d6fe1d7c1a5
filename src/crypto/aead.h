/* Authenticated encryption: AES-256-GCM (NIST SP 800-38D) with a random 96-bit
 * nonce per message.
 *
 * Sealed form: nonce (12) || ciphertext || tag (16). The associated data is
 * authenticated and not stored: bind there what the bytes are and whose
 * ("attachment:172065:0042"), so that nobody can swap two sealed values. At most
 * 2^32 messages per key (SP 800-38D §8.3): derive a key per use with hkdf. */
#ifndef MUSUBI_CRYPTO_AEAD_H
#define MUSUBI_CRYPTO_AEAD_H

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/digest.h"
#include "crypto/secret.h"

enum { AEAD_KEY = 32, AEAD_NONCE = 12, AEAD_TAG = 16, AEAD_EXTRA = AEAD_NONCE + AEAD_TAG,
       AEAD_MAX = 1 << 30 };

/* Appends plain.n + AEAD_EXTRA bytes. ERR_INPUT for a key that is not 32 bytes,
 * ERR_TOO_LARGE when the buffer is full. */
MUST struct result aead_seal(struct str key, struct str ad, struct str plain, struct buf *ret,
                             struct err *err);
/* ERR_INPUT "crypto.aead.forged" when anything differs; never says what. */
MUST struct result aead_open(struct str key, struct str ad, struct str sealed, struct arena *a,
                             struct str *ret, struct err *err);
MUST struct result aead_open_secret(struct str key, struct str ad, struct str sealed,
                                    struct secret *ret, struct err *err);

#endif
