/* CRLs for everybody who asks: made once, given again until something changed.
 *
 * A CRL of a million rows takes a while and a signature, and its number comes
 * from the store; so it is made by one thread at a time and kept: for as long as
 * the authority's table did not change, at most half of its life, and at least
 * ten seconds, whatever changes meanwhile (OCSP is for those who cannot wait).
 * Shared by all threads. */
#ifndef MUSUBI_TRUST_CRL_DESK_H
#define MUSUBI_TRUST_CRL_DESK_H

#include "trust/ca.h"

struct crl_desk;
struct crl_desk *crl_desk_new(void);
void crl_desk_free(struct crl_desk *d); /* NULL is fine */

struct crl_answer {
	struct str der;
	int64_t this_update, next_update;
	uint8_t digest[SHA256_SIZE]; /* for an ETag */
};
/* shard NULL: the full one. ERR_NOT_FOUND for a shard without certificates. */
MUST struct result crl_desk_get(struct crl_desk *d, struct ca *ca, struct arena *a,
                                const struct str *shard, int64_t now, struct crl_answer *ret,
                                struct err *err);

#endif
