/* AES-256-GCM over EVP. Plain text is written straight into its final place
 * and wiped again when the tag does not hold. */
#include "crypto/aead.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <pthread.h>

#include "base/mem.h"
#include "base/random.h"
#include "crypto/need.h"

static EVP_CIPHER *gcm;
static pthread_once_t fetched = PTHREAD_ONCE_INIT;

static void fetch(void)
{
	gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	crypto_need(gcm != NULL, "AES-256-GCM");
}

static struct result check_key(struct str key, struct str ad, struct err *err)
{
	if (key.n != AEAD_KEY)
		return fail(err, ERR_INPUT, "crypto.aead.key", "NIST SP 800-38D §5.2",
		            "key of %zu bytes, expected %d", key.n, AEAD_KEY);
	if (ad.n > AEAD_MAX)
		return fail(err, ERR_TOO_LARGE, "crypto.aead.large", NULL, "associated data too long");
	pthread_once(&fetched, fetch);
	return ok();
}

static EVP_CIPHER_CTX *begin(struct str key, const uint8_t *nonce, bool seal)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	crypto_need(c && EVP_CipherInit_ex2(c, gcm, (const uint8_t *)key.p, nonce, seal, NULL) == 1,
	            "AES-256-GCM");
	return c;
}

static void feed(EVP_CIPHER_CTX *c, uint8_t *out, struct str in)
{
	int n = 0;
	if (in.n)
		crypto_need(EVP_CipherUpdate(c, out, &n, (const uint8_t *)in.p, (int)in.n) == 1,
		            "AES-256-GCM");
}

struct result aead_seal(struct str key, struct str ad, struct str plain, struct buf *ret,
                        struct err *err)
{
	TRY(check_key(key, ad, err));
	uint8_t *out = plain.n > AEAD_MAX ? NULL : (uint8_t *)buf_reserve(ret, plain.n + AEAD_EXTRA);
	if (!out)
		return fail(err, ERR_TOO_LARGE, "crypto.aead.large", NULL, "%zu bytes to seal", plain.n);
	int n = 0;
	random_bytes(out, AEAD_NONCE);
	EVP_CIPHER_CTX *c = begin(key, out, true);
	feed(c, NULL, ad);
	feed(c, out + AEAD_NONCE, plain);
	uint8_t *tag = out + AEAD_NONCE + plain.n;
	crypto_need(EVP_CipherFinal_ex(c, tag, &n) == 1 &&
	            EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG, tag) == 1, "AES-256-GCM");
	EVP_CIPHER_CTX_free(c);
	buf_grow(ret, plain.n + AEAD_EXTRA);
	return ok();
}

static struct result forged(struct err *err)
{
	return fail(err, ERR_INPUT, "crypto.aead.forged", "NIST SP 800-38D §7.2",
	            "sealed bytes do not open with this key and name");
}

/* `out` has room for sealed.n - AEAD_EXTRA bytes. */
static struct result open_to(struct str key, struct str ad, struct str sealed, uint8_t *out,
                             struct err *err)
{
	struct str body = str_sub(sealed, AEAD_NONCE, sealed.n - AEAD_EXTRA);
	uint8_t tag[AEAD_TAG];
	int n = 0;
	memcpy(tag, sealed.p + sealed.n - AEAD_TAG, AEAD_TAG);
	EVP_CIPHER_CTX *c = begin(key, (const uint8_t *)sealed.p, false);
	crypto_need(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG, tag) == 1, "AES-256-GCM");
	feed(c, NULL, ad);
	feed(c, out, body);
	bool right = EVP_CipherFinal_ex(c, out + body.n, &n) == 1;
	EVP_CIPHER_CTX_free(c);
	if (right)
		return ok();
	ERR_clear_error();
	mem_wipe(out, body.n);
	return forged(err);
}

struct result aead_open(struct str key, struct str ad, struct str sealed, struct arena *a,
                        struct str *ret, struct err *err)
{
	TRY(check_key(key, ad, err));
	if (sealed.n < AEAD_EXTRA || sealed.n > AEAD_MAX)
		return forged(err);
	size_t n = sealed.n - AEAD_EXTRA;
	uint8_t *out = arena_alloc(a, n + 1);
	TRY(open_to(key, ad, sealed, out, err));
	*ret = str_of((char *)out, n);
	return ok();
}

struct result aead_open_secret(struct str key, struct str ad, struct str sealed,
                               struct secret *ret, struct err *err)
{
	TRY(check_key(key, ad, err));
	if (sealed.n < AEAD_EXTRA || sealed.n > AEAD_MAX)
		return forged(err);
	SECRET_AUTO out = secret_new(sealed.n - AEAD_EXTRA);
	TRY(open_to(key, ad, sealed, out.p, err));
	*ret = out;
	out = (struct secret){ 0 };
	return ok();
}
