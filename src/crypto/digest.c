/* SHA-1/2, HMAC and HKDF over OpenSSL's EVP, with algorithms fetched once.
 * SHA-1 is here for TOTP (RFC 6238) and key identifiers (RFC 5280 §4.2.1.2)
 * only; no signature uses it. */
#include "crypto/digest.h"

#include <assert.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/mem.h"
#include "crypto/need.h"

static struct {
	const char *name;
	size_t size, block;
	EVP_MD *md;
} algs[DIGEST_COUNT] = {
	[DIGEST_SHA1] = { "SHA1", 20, 64, NULL },
	[DIGEST_SHA256] = { "SHA256", 32, 64, NULL },
	[DIGEST_SHA384] = { "SHA384", 48, 128, NULL },
	[DIGEST_SHA512] = { "SHA512", 64, 128, NULL },
};
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

void crypto_need(bool held, const char *what)
{
	if (held)
		return;
	static const char head[] = "{\"level\":\"fatal\",\"msg\":\"crypto library failed\",\"what\":\"";
	if (write(STDERR_FILENO, head, sizeof head - 1) < 0 ||
	    write(STDERR_FILENO, what, strlen(what)) < 0 || write(STDERR_FILENO, "\"}\n", 3) < 0)
		_exit(70);
	_exit(70); /* EX_SOFTWARE */
}

static void fetch_all(void)
{
	for (size_t i = 0; i < DIGEST_COUNT; i++) {
		algs[i].md = EVP_MD_fetch(NULL, algs[i].name, NULL);
		crypto_need(algs[i].md != NULL, algs[i].name);
	}
}

size_t digest_size(enum digest_alg alg)
{
	return algs[alg].size;
}

const void *digest_evp(enum digest_alg alg)
{
	pthread_once(&fetched, fetch_all);
	return algs[alg].md;
}

size_t digest(enum digest_alg alg, struct str data, uint8_t ret[DIGEST_SIZE_MAX])
{
	unsigned int n = 0;
	crypto_need(EVP_Digest(data.p ? data.p : "", data.n, ret, &n, digest_evp(alg), NULL) == 1,
	            algs[alg].name);
	return n;
}

void sha256(struct str data, uint8_t ret[SHA256_SIZE])
{
	uint8_t out[DIGEST_SIZE_MAX];
	digest(DIGEST_SHA256, data, out);
	memcpy(ret, out, SHA256_SIZE);
}

struct str sha256_hex(struct arena *a, struct str data)
{
	uint8_t d[SHA256_SIZE];
	sha256(data, d);
	return hex_encode(a, str_of((char *)d, sizeof d));
}

void digest_init(struct digest_stream *s, enum digest_alg alg)
{
	s->alg = alg;
	s->ctx = EVP_MD_CTX_new();
	crypto_need(s->ctx && EVP_DigestInit_ex2(s->ctx, digest_evp(alg), NULL) == 1, "digest");
}

void digest_add(struct digest_stream *s, struct str data)
{
	if (data.n)
		crypto_need(EVP_DigestUpdate(s->ctx, data.p, data.n) == 1, "digest");
}

size_t digest_done(struct digest_stream *s, uint8_t ret[DIGEST_SIZE_MAX])
{
	unsigned int n = 0;
	crypto_need(EVP_DigestFinal_ex(s->ctx, ret, &n) == 1, "digest");
	digest_drop(s);
	return n;
}

void digest_drop(struct digest_stream *s)
{
	EVP_MD_CTX_free(s->ctx);
	s->ctx = NULL;
}

size_t hmac(enum digest_alg alg, struct str key, struct str data, uint8_t ret[DIGEST_SIZE_MAX])
{
	uint8_t block[128] = { 0 }, inner[DIGEST_SIZE_MAX];
	size_t nb = algs[alg].block;
	if (key.n > nb)
		digest(alg, key, block);
	else if (key.n)
		memcpy(block, key.p, key.n);
	for (size_t i = 0; i < nb; i++)
		block[i] ^= 0x36;
	struct digest_stream s;
	digest_init(&s, alg);
	digest_add(&s, str_of((char *)block, nb));
	digest_add(&s, data);
	size_t n = digest_done(&s, inner);
	for (size_t i = 0; i < nb; i++)
		block[i] ^= 0x36 ^ 0x5c;
	digest_init(&s, alg);
	digest_add(&s, str_of((char *)block, nb));
	digest_add(&s, str_of((char *)inner, n));
	digest_done(&s, ret);
	mem_wipe(block, sizeof block);
	mem_wipe(inner, sizeof inner);
	return n;
}

void hkdf_sha256(struct str key, struct str salt, struct str info, uint8_t *ret, size_t n)
{
	assert(n <= 255 * SHA256_SIZE && info.n <= 256);
	uint8_t prk[DIGEST_SIZE_MAX], t[DIGEST_SIZE_MAX], msg[SHA256_SIZE + 256 + 1];
	hmac(DIGEST_SHA256, salt, key, prk);
	for (size_t done = 0, i = 1; done < n; i++) {
		size_t m = 0;
		if (i > 1) {
			memcpy(msg, t, SHA256_SIZE);
			m = SHA256_SIZE;
		}
		if (info.n)
			memcpy(msg + m, info.p, info.n);
		m += info.n;
		msg[m++] = (uint8_t)i;
		hmac(DIGEST_SHA256, str_of((char *)prk, SHA256_SIZE), str_of((char *)msg, m), t);
		size_t take = n - done < SHA256_SIZE ? n - done : SHA256_SIZE;
		memcpy(ret + done, t, take);
		done += take;
	}
	mem_wipe(prk, sizeof prk);
	mem_wipe(t, sizeof t);
	mem_wipe(msg, sizeof msg);
}
