/* Shamir's secret sharing over GF(2^8) (Shamir 1979; the field of AES, FIPS 197
 * §4.2): any `need` of `n` shares give the secret back, fewer say nothing of it.
 * A share does not say whether it is right: seal it (crypto/operators.h). */
#ifndef MUSUBI_CRYPTO_SHARE_H
#define MUSUBI_CRYPTO_SHARE_H

#include "crypto/secret.h"

enum { SHARE_MAX = 16, SHARE_BYTES_MAX = 64 };

/* ret[i] is the share of x = i + 1, as long as the secret. 1 <= need <= n <=
 * SHARE_MAX, at most SHARE_BYTES_MAX bytes, or ERR_INPUT. */
MUST struct result share_split(struct str secret, unsigned need, unsigned n, struct secret *ret,
                               struct err *err);
/* x: which shares these are, all different, none 0. */
MUST struct result share_join(const uint8_t *x, const struct secret *shares, unsigned n,
                              struct secret *ret, struct err *err);

#endif
