/* RFC 4226 §5.3 and RFC 6238 §4. Every step of the window is computed and
 * compared without leaving early. */
#include "crypto/totp.h"

#include <assert.h>

#include "base/encode.h"
#include "base/mem.h"
#include "crypto/digest.h"

void totp_code(struct str secret, int64_t step, char ret[TOTP_DIGITS + 1])
{
	char msg[8];
	uint8_t mac[DIGEST_SIZE_MAX];
	for (int i = 0; i < 8; i++)
		msg[i] = (char)((uint64_t)step >> (56 - 8 * i));
	hmac(DIGEST_SHA1, secret, str_of(msg, 8), mac);
	unsigned at = mac[19] & 15;
	uint32_t v = (uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
	             (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	for (int i = TOTP_DIGITS; i-- > 0; v /= 10)
		ret[i] = (char)('0' + v % 10);
	ret[TOTP_DIGITS] = 0;
}

bool totp_check(struct str secret, struct str code, int64_t now, int64_t last_step,
                int64_t *ret_step)
{
	int64_t middle = now / TOTP_STEP_SECONDS, found = -1;
	for (int64_t step = middle - 1; step <= middle + 1; step++) {
		char right[TOTP_DIGITS + 1];
		totp_code(secret, step, right);
		if (str_eq_secret(code, str_of(right, TOTP_DIGITS)) && step > last_step)
			found = step;
	}
	if (found < 0)
		return false;
	*ret_step = found;
	return true;
}

/* Google's key URI format, as every authenticator reads it. */
struct str totp_uri(struct arena *a, struct str issuer, struct str account, struct str secret)
{
	/* shown to the person whom the secret belongs to, so it may stand in her arena */
	char key[128];
	assert(encode_len(ENCODING_BASE32, secret.n) <= sizeof key);
	size_t n = encode_to(ENCODING_BASE32, secret.p, secret.n, key);
	struct str from = percent_encode(a, issuer), who = percent_encode(a, account);
	struct str uri = arena_printf(a, "otpauth://totp/%.*s:%.*s?secret=%.*s&issuer=%.*s"
	                              "&algorithm=SHA1&digits=%d&period=%d", STR_ARG(from),
	                              STR_ARG(who), (int)n, key, STR_ARG(from), TOTP_DIGITS,
	                              TOTP_STEP_SECONDS);
	mem_wipe(key, sizeof key);
	return uri;
}
