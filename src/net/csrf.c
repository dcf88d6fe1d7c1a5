/* CSRF tokens; see csrf.h. */
#include "net/csrf.h"

#include "base/encode.h"
#include "base/random.h"
#include "crypto/digest.h"

enum { SEED_BYTES = 32, TOKEN_CHARS = 43 };

static void make(struct str secret, struct str purpose, char out[TOKEN_CHARS + 1])
{
	uint8_t mac[DIGEST_SIZE_MAX], keyed[DIGEST_SIZE_MAX];
	/* A key of its own: the same secret may serve other ends. */
	size_t n = hmac(DIGEST_SHA256, secret, STR("musubi csrf"), keyed);
	n = hmac(DIGEST_SHA256, str_of((const char *)keyed, n), purpose, mac);
	encode_to(ENCODING_BASE64URL, mac, n, out);
}

struct str csrf_seed(struct arena *a)
{
	uint8_t bytes[SEED_BYTES];
	random_bytes(bytes, sizeof bytes);
	return base64url_encode(a, str_of((const char *)bytes, sizeof bytes));
}

struct str csrf_token(struct arena *a, struct str secret, struct str purpose)
{
	char text[TOKEN_CHARS + 1];
	make(secret, purpose, text);
	return arena_str(a, str_of(text, TOKEN_CHARS));
}

bool csrf_check(struct str secret, struct str purpose, struct str token)
{
	char text[TOKEN_CHARS + 1];
	if (str_empty(secret))
		return false;
	make(secret, purpose, text);
	return str_eq_secret(str_of(text, TOKEN_CHARS), token);
}
