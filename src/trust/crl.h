/* Reading CRLs (RFC 5280 §5), made for millions of entries: one pass counts, one
 * fills an array of 24 bytes per entry; nothing is copied.
 *
 * Strict DER; entries of one issuer only: an indirect CRL (certificateIssuer, or
 * any critical extension of an entry that is not known) is refused here and is
 * trust/path.h's business. Reading checks no signature: crl_verify does. */
#ifndef MUSUBI_TRUST_CRL_H
#define MUSUBI_TRUST_CRL_H

#include "trust/cert.h"
#include "trust/verify.h"

struct crl_entry {
	const char *serial;  /* content octets of the INTEGER */
	int64_t at;          /* microseconds UTC */
	uint8_t n;           /* of serial */
	uint8_t reason;      /* enum revoke_reason; 0 when not said */
};

struct crl {
	struct str tbs, signature, issuer_der;
	enum sig_alg sig_alg;
	int64_t this_update, next_update;
	struct str extensions;   /* content of [0], or "" */
	size_t n;
	const struct crl_entry *entries; /* as sent */
	bool sorted;             /* by serial: found by halving */
};

/* Slices of der, which must live as long; entries in the arena. ERR_INPUT
 * "trust.crl.malformed"; ERR_TOO_LARGE when the arena has no room. */
MUST struct result crl_parse(struct arena *a, struct str der, struct crl *ret, struct err *err);
bool crl_verify(const struct crl *c, const struct key *issuer);
/* The entry of a serial, or NULL. */
const struct crl_entry *crl_find(const struct crl *c, struct str serial);

#endif
