/* One-time codes of an authenticator app: RFC 6238 with HMAC-SHA-1, 30 s
 * steps, six digits, one step of drift either way. */
#ifndef MUSUBI_CRYPTO_TOTP_H
#define MUSUBI_CRYPTO_TOTP_H

#include "base/arena.h"

enum { TOTP_SECRET = 20, TOTP_STEP_SECONDS = 30, TOTP_DIGITS = 6 };

/* The code of a step (Unix seconds / 30), as six ASCII digits and a NUL. */
void totp_code(struct str secret, int64_t step, char ret[TOTP_DIGITS + 1]);
/* True when `code` is right at `now` (Unix seconds) and its step is after
 * `last_step` (the step accepted last, or -1): keep *ret_step, so that no code
 * works twice. */
bool totp_check(struct str secret, struct str code, int64_t now, int64_t last_step,
                int64_t *ret_step);
/* otpauth://totp/ISSUER:ACCOUNT?secret=…&issuer=…&digits=6&period=30 */
struct str totp_uri(struct arena *a, struct str issuer, struct str account, struct str secret);

#endif
