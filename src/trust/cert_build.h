/* Inside of the room: the part of a certificate that is signed, written from a
 * profile row. */
#ifndef MUSUBI_TRUST_CERT_BUILD_H
#define MUSUBI_TRUST_CERT_BUILD_H

#include "trust/profile.h"

struct cert_plan {
	enum profile_id profile;
	enum ca_kind ca;
	uint32_t serial;
	enum sig_alg sig_alg;
	struct dn subject;
	struct str spki, issuer_spki;
	int64_t not_before, not_after;
	struct cert_holder holder; /* maps filled */
	const struct str *dns;
	size_t ndns;
	struct str prefecture, municipality; /* of the CRL distribution point, or "" */
};

MUST struct result cert_build_tbs(struct arena *a, const struct cert_plan *p, struct str *ret_tbs,
                                  struct err *err);
/* Where a certificate's CRL is (cRLDistributionPoints), and what a shard of the
 * CRL is called: C, O, OU of the CA, OU=CRL Distribution Points, OU=prefecture,
 * CN=municipality (the authority's own name when there is none). */
void cert_crl_point(enum ca_kind kind, struct str prefecture, struct str municipality,
                    struct dn *ret);

#endif
