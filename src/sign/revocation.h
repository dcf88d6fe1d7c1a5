/* What a CRL (RFC 5280 §5) or an OCSP answer (RFC 6960 §4.2) of anybody says about
 * one certificate, its signature checked. Whether it is fresh enough, and proven
 * to be old enough, is validate.h's question.
 *
 * A CRL must be signed with the key of the certificate's issuer, over its name;
 * CRLs that another authority issues for it, and delta CRLs alone, say nothing
 * here (trust/path.h knows them). An OCSP answer is signed by the issuer or by a
 * responder that the issuer certified for it. */
#ifndef MUSUBI_SIGN_REVOCATION_H
#define MUSUBI_SIGN_REVOCATION_H

#include "sign/certificate.h"
#include "sign/algorithm.h"

enum revocation_status { REV_GOOD, REV_REVOKED, REV_HELD, REV_UNKNOWN };

struct revocation {
	bool ocsp;
	struct str der;
	enum revocation_status status;
	int64_t this_update, next_update; /* next_update 0: not stated */
	int64_t at;                       /* when revoked or held */
	int reason;                       /* RFC 5280 §5.3.1; 0 when not stated */
	struct str signer;                /* certificate of who signed it */
	struct sign_alg alg;
};

/* false: it does not speak of this certificate, or not with authority. `good`: a CRL's
 * signature was checked before with this issuer (checking it again is costly). */
bool revocation_crl(struct str crl, const struct sign_cert *cert, const struct sign_cert *issuer,
                    bool checked, struct revocation *ret);
/* OCSPResponse or BasicOCSPResponse. */
bool revocation_ocsp(struct str ocsp, const struct sign_cert *cert,
                     const struct sign_cert *issuer, struct revocation *ret);
/* The signature of tbs by a key; alg_id both times as written. */
bool revocation_signed(struct str tbs, struct str alg_id, struct str signature, struct str spki,
                       struct sign_alg *ret);

#endif
