/* An X.509 certificate of anybody (RFC 5280 §4), as far as signatures need it: slices
 * and facts, nothing judged. trust/cert.h reads our own profiles and refuses the
 * rest; trust/path.h judges paths. Also names as people write them. */
#ifndef MUSUBI_SIGN_CERTIFICATE_H
#define MUSUBI_SIGN_CERTIFICATE_H

#include "base/arena.h"
#include "crypto/der.h"
#include "trust/cert.h"

struct sign_cert {
	struct str der, tbs, serial;         /* serial: content octets as encoded */
	struct str issuer_der, subject_der, spki;
	struct str alg_id, signature;
	int64_t not_before, not_after;       /* microseconds UTC, both inclusive */
	bool ca;
	bool has_usage;
	unsigned usage;                      /* enum cert_usage */
	bool has_eku, eku_only;              /* eku_only: nothing but what eku names, once */
	unsigned eku;                        /* enum cert_eku */
	bool eku_critical, nocheck;
	struct str skid, akid;               /* or "" */
	struct str crl_dp;                   /* value of cRLDistributionPoints, or "" */
};

/* One certificate and nothing behind it; false when it is none. */
bool sign_cert_read(struct str der, struct sign_cert *ret);
/* Common name, else organization, else the whole name; UTF-8 without controls. */
struct str sign_name_short(struct arena *a, struct str name_der);
/* "CN=…, O=…, C=JP" in the order of RFC 4514. */
struct str sign_name_text(struct arena *a, struct str name_der);
struct str sign_serial_text(struct arena *a, struct str serial);

#endif
