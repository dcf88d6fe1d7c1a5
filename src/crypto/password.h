/* Passwords and PINs: Argon2id (RFC 9106) as PHC strings, and as a key
 * derivation for what is sealed under a PIN. Slow on purpose (tens of
 * milliseconds): never inside a transaction. */
#ifndef MUSUBI_CRYPTO_PASSWORD_H
#define MUSUBI_CRYPTO_PASSWORD_H

#include "base/arena.h"
#include "crypto/secret.h"

struct password_cost {
	uint32_t passes, mebibytes, lanes;
};
/* OWASP's second choice: t=2, m=19 MiB, p=1. */
struct password_cost password_cost_default(void);

enum { PASSWORD_MAX = 1024 }; /* bytes accepted */

/* "$argon2id$v=19$m=19456,t=2,p=1$salt$hash" with a fresh 16-byte salt. */
MUST struct result password_hash(struct str password, struct password_cost cost, struct arena *a,
                                 struct str *ret_phc, struct err *err);
/* *ret_right is the verdict; ERR_INPUT for a PHC string that is malformed or
 * asks for more than 1 GiB, 64 passes or 16 lanes. */
MUST struct result password_verify(struct str phc, struct str password, bool *ret_right,
                                   struct err *err);
bool password_stale(struct str phc, struct password_cost cost); /* rehash after a good login */

/* A key of n bytes (at most 64) from a password and a salt of 16 bytes or more. */
MUST struct result password_key(struct str password, struct str salt, struct password_cost cost,
                                size_t n, struct secret *ret, struct err *err);

#endif
