/* JSON Web Signatures (RFC 7515), compact, general and flattened, with unencoded
 * payloads (RFC 7797): taken apart strictly, and the octets that are signed.
 *
 * Refused: `none` and every HMAC, an algorithm outside of the protected header,
 * `crit` of anything but what the caller knows, a member in both headers,
 * padding, white space or stray bits in base64url, duplicate members. Keys in
 * the header (jwk, jku) are never looked at. A fault of one signature is said
 * there; only a file that is no JWS at all is an error. */
#ifndef MUSUBI_SIGN_JWS_H
#define MUSUBI_SIGN_JWS_H

#include "base/json.h"
#include "sign/source.h"

enum { JWS_SIGNATURES_MAX = 64, JWS_CRIT_MAX = 32, JWS_BYTES_MAX = 128 << 20 };

struct jws_signature {
	struct str protected_text;       /* base64url, as written */
	const struct json *protected;    /* object, or NULL */
	const struct json *unprotected;  /* object, or NULL */
	struct str value_text, value;    /* as written; octets */
	struct str alg_name;
	struct sign_alg alg;
	bool alg_known;
	bool b64;                        /* false: RFC 7797 */
	struct str fault;                /* "" when sound */
	struct str critical;             /* a critical name that is not known, or "" */
};
struct jws {
	bool compact, flattened;
	bool attached;
	struct str payload_text;         /* as written; JSON escapes undone */
	const struct json *top;          /* NULL: compact */
	size_t n;
	struct jws_signature *signatures;
};

/* `known`: names that may be critical beside b64, ended by NULL. The text must
 * outlive the result. ERR_INPUT "sign.jws", ERR_TOO_LARGE. */
MUST struct result jws_parse(struct arena *a, struct str text, const char *const *known,
                             struct jws *ret, struct err *err);

/* The payload of an attached one, decoded. */
MUST struct result jws_payload(struct arena *a, const struct jws *j, const struct jws_signature *s,
                               struct str *ret, struct err *err);

/* ---- octets on their way into a digest, or gathered ---- */
struct jws_feed {
	void *digest;                    /* EVP_MD_CTX, or NULL: gathered */
	struct buf *gathered;
	size_t size;                     /* of the digest */
};
/* alg NULL (EdDSA): gathered, at most JWS_BYTES_MAX. ERR_INPUT "sign.algorithm". */
MUST struct result jws_feed_init(struct jws_feed *f, const struct sign_digest *alg,
                                 struct err *err);
void jws_feed_add(struct jws_feed *f, struct str s);
/* The whole source, in pieces; encoded: as base64url. */
MUST struct result jws_feed_source(struct jws_feed *f, const struct source *s, bool encoded,
                                   struct err *err);
/* The digest, or what was gathered; "" when that was too much. In the arena. */
struct str jws_feed_done(struct arena *a, struct jws_feed *f);
void jws_feed_drop(struct jws_feed *f);
#define JWS_FEED_AUTO __attribute__((cleanup(jws_feed_drop))) struct jws_feed

/* Does the value hold over the digest of the signing input (EdDSA: the input)?
 * Also checks that ES256 and its like come from their own curve (RFC 7518 §3.4). */
bool jws_value_holds(const struct jws_signature *s, struct str spki, struct str hash);
/* An attached JWS, or one whose payload is `detached`, against a key. */
bool jws_verify(struct arena *a, const struct jws *j, const struct jws_signature *s,
                const struct source *detached, struct str spki);

#endif
