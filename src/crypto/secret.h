/* Bytes that must not survive their use: keys, PINs, decrypted keys. Wiped on
 * release, never in an arena, never in a log. One owner each. */
#ifndef MUSUBI_CRYPTO_SECRET_H
#define MUSUBI_CRYPTO_SECRET_H

#include "base/err.h"

struct secret {
	uint8_t *p;
	size_t n;
};

struct secret secret_new(size_t n);         /* zeroed */
struct secret secret_of(struct str bytes);  /* a copy; wipe the original yourself */
struct secret secret_random(size_t n);      /* base/random.h */
void secret_done(struct secret *s);         /* wipes; safe on a zeroed struct */
static inline struct str secret_str(const struct secret *s)
{
	return str_of((const char *)s->p, s->n);
}
#define SECRET_AUTO __attribute__((cleanup(secret_done))) struct secret

#endif
