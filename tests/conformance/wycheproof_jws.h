/* JSON Web Signatures among Wycheproof's cases. */
#ifndef MUSUBI_TESTS_WYCHEPROOF_JWS_H
#define MUSUBI_TESTS_WYCHEPROOF_JWS_H

#include "base/json.h"

/* Is the group's key one that signatures in use are made with? HMAC is not. */
bool wycheproof_jws_ours(const struct json *group);
/* Compact serialization only, as the cases want; the key's own alg, use and key_ops
 * (RFC 7517 §4) are the caller's to respect, so they are here. */
bool wycheproof_jws_run(struct arena *a, const struct json *group, const struct json *test);

#endif
