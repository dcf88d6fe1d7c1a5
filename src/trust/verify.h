/* Does this certificate hold, now, for this use? (RFC 5280 §6)
 *
 * The answer is a verdict with a row of text, not an error; an error means
 * that the question could not be answered (a database is down). Anchors are an
 * immutable, reference-counted set shared by all threads. Name constraints and
 * policy mapping are not understood: certificates that need them are refused. */
#ifndef MUSUBI_TRUST_VERIFY_H
#define MUSUBI_TRUST_VERIFY_H

#include "trust/cert.h"
#include "trust/profile.h"

enum verdict {
	VERDICT_OK,
	VERDICT_MALFORMED,       /* not the DER of what it should be */
	VERDICT_UNKNOWN_ISSUER,  /* no chain to an anchor */
	VERDICT_BAD_SIGNATURE,   /* of a certificate */
	VERDICT_NOT_YET,
	VERDICT_EXPIRED,
	VERDICT_WRONG_PROFILE,   /* a good certificate of another kind */
	VERDICT_REVOKED,
	VERDICT_UNKNOWN_STATUS,  /* the issuer does not know it */
	VERDICT_CONTENT_CHANGED, /* a signature over something else */
	VERDICT_BAD_CMS,         /* the signature value, or its attributes, do not hold */
	VERDICT_WRONG_KIND,      /* a login where an application is asked for, or the reverse */
	VERDICT_COUNT,
};

/* One row per verdict; key is a row of web/text, the others its contents. */
struct verdict_row {
	const char *name; /* "revoked" */
	const char *key;  /* "trust.verdict.revoked" */
	const char *ja, *en, *easy;
};
const struct verdict_row *verdict_row(enum verdict v);

/* RFC 5280 §5.3.1 */
enum revoke_reason {
	REVOKE_UNSPECIFIED = 0, REVOKE_KEY_COMPROMISE = 1, REVOKE_CA_COMPROMISE = 2,
	REVOKE_AFFILIATION = 3, /* 異動: one of the four attributes changed */
	REVOKE_SUPERSEDED = 4, REVOKE_CESSATION = 5, REVOKE_HOLD = 6,
	REVOKE_PRIVILEGE = 9,
};
const char *revoke_reason_name(enum revoke_reason r); /* "keyCompromise" */

struct trust_verdict {
	enum verdict verdict;
	enum revoke_reason reason; /* VERDICT_REVOKED */
	int64_t at;                /* when revoked, expired, or valid from; microseconds */
	const char *clause;
	char what[160];            /* English, for the log */
};

enum cert_status { STATUS_GOOD, STATUS_REVOKED, STATUS_UNKNOWN };
struct cert_state {
	enum cert_status status;
	enum revoke_reason reason;
	int64_t at;
};
/* Asks whether a certificate is revoked. An error stops the verification. */
typedef struct result trust_status_fn(void *ctx, const struct cert *c, struct cert_state *ret,
                                      struct err *err);

struct anchors;
struct anchors *anchors_new(void);
/* A self-signed CA certificate, checked; not after sharing. */
MUST struct result anchors_add(struct anchors *t, struct str der, struct err *err);
struct anchors *anchors_ref(struct anchors *t);
void anchors_unref(struct anchors *t); /* NULL is fine */
size_t anchors_count(const struct anchors *t);

struct verify_for {
	const struct anchors *anchors;
	int64_t at;              /* microseconds UTC; usually now */
	unsigned profiles;       /* bits: PROFILE_BIT(PROFILE_CITIZEN_AUTH) | … */
	trust_status_fn *status; /* NULL only with no_status */
	void *status_ctx;
	bool no_status;          /* said aloud: revocation is not looked at (offline check) */
};

enum { CHAIN_MAX = 4 };
/* chain: further certificates (DER), any order, may be empty. *ret_cert lives
 * in the arena and is filled whenever the certificate could be read. */
MUST struct result trust_cert_verify(struct arena *a, struct str der, const struct str *chain,
                                     size_t nchain, const struct verify_for *f,
                                     struct trust_verdict *ret, struct cert *ret_cert,
                                     struct err *err);

#endif
