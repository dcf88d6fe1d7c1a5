/* Digests (FIPS 180-4), HMAC (RFC 2104), HKDF (RFC 5869).
 *
 * Algorithms are fetched once per process: OpenSSL 3 serialises threads in a
 * fetch. None of these can fail but for memory, which ends the process. */
#ifndef MUSUBI_CRYPTO_DIGEST_H
#define MUSUBI_CRYPTO_DIGEST_H

#include "base/arena.h"
#include "base/str.h"

enum digest_alg { DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512, DIGEST_COUNT };
enum { SHA256_SIZE = 32, DIGEST_SIZE_MAX = 64 };

size_t digest_size(enum digest_alg alg); /* bytes */
/* The EVP_MD behind it, for this room. */
const void *digest_evp(enum digest_alg alg);

void sha256(struct str data, uint8_t ret[SHA256_SIZE]);
/* Returns the number of bytes written. */
size_t digest(enum digest_alg alg, struct str data, uint8_t ret[DIGEST_SIZE_MAX]);
/* 64 lower-case hex characters, in the arena. */
struct str sha256_hex(struct arena *a, struct str data);

/* A digest over pieces. digest_done gives the value and forgets the state;
 * digest_drop forgets it without (safe after done). */
struct digest_stream {
	void *ctx;
	enum digest_alg alg;
};
void digest_init(struct digest_stream *s, enum digest_alg alg);
void digest_add(struct digest_stream *s, struct str data);
size_t digest_done(struct digest_stream *s, uint8_t ret[DIGEST_SIZE_MAX]);
void digest_drop(struct digest_stream *s);
#define DIGEST_AUTO __attribute__((cleanup(digest_drop))) struct digest_stream

/* Returns the number of bytes written. */
size_t hmac(enum digest_alg alg, struct str key, struct str data, uint8_t ret[DIGEST_SIZE_MAX]);
/* HKDF-SHA-256; n at most 255 * 32. */
void hkdf_sha256(struct str key, struct str salt, struct str info, uint8_t *ret, size_t n);

#endif
