/* X.509 certificates (RFC 5280) read into what they mean.
 *
 * Strict DER, version 3 only, one RDN per attribute, times in the form that
 * RFC 5280 §4.1.2.5 asks for, no extension twice, no critical extension that
 * is not understood. Everything is a copy in, or a slice of, the arena given.
 * Times are microseconds UTC. Reading checks no signature: trust/verify.h. */
#ifndef MUSUBI_TRUST_CERT_H
#define MUSUBI_TRUST_CERT_H

#include "base/arena.h"
#include "crypto/der.h"
#include "crypto/key.h"

enum { CERT_BYTES_MAX = 16384, CERT_RDN_MAX = 12 };

/* RFC 5280 §4.2.1.3, bit numbers. */
enum cert_usage {
	USAGE_SIGNATURE = 1 << 0, USAGE_NON_REPUDIATION = 1 << 1, USAGE_KEY_ENCIPHERMENT = 1 << 2,
	USAGE_DATA_ENCIPHERMENT = 1 << 3, USAGE_KEY_AGREEMENT = 1 << 4, USAGE_CERT_SIGN = 1 << 5,
	USAGE_CRL_SIGN = 1 << 6,
};
enum cert_eku { EKU_SERVER_AUTH = 1 << 0, EKU_CLIENT_AUTH = 1 << 1, EKU_OCSP = 1 << 2,
                EKU_TIME_STAMP = 1 << 3, EKU_OTHER = 1 << 15 };

enum dn_type { DN_C, DN_ST, DN_L, DN_O, DN_OU, DN_CN, DN_SERIAL, DN_ORG_ID, DN_OTHER };
struct dn_part {
	enum dn_type type;
	struct str value; /* UTF-8 */
};
struct dn {
	size_t n;
	struct dn_part parts[CERT_RDN_MAX];
};
/* The first part of a type, or "". */
struct str dn_get(const struct dn *dn, enum dn_type type);
/* "C=JP, O=JPKI-TEST, CN=…" for people. */
struct str dn_text(struct arena *a, const struct dn *dn);

/* The six otherNames of a 署名用 certificate (JPKI profile). */
enum cert_sex { CERT_SEX_MALE = 1, CERT_SEX_FEMALE = 2, CERT_SEX_UNKNOWN = 3 };
struct cert_holder {
	bool present;
	struct str name, name_map;       /* map: one '0' or '1' per character, 1: substituted */
	struct str address, address_map; /* at most 200 characters */
	enum cert_sex sex;
	char era;                        /* '0' unknown, '1' 明治 … '5' 令和 */
	int year, month, day;            /* Gregorian; month and day 0 when unknown */
};

struct cert {
	struct str der;        /* the whole certificate */
	struct str tbs;        /* what is signed */
	struct str serial;     /* content octets, big-endian, as encoded */
	struct str issuer_der, subject_der, spki;
	struct dn issuer, subject;
	int64_t not_before, not_after; /* both inclusive */
	enum sig_alg sig_alg;
	struct str signature;
	bool ca;
	int path_max;          /* -1: no limit */
	unsigned usage;        /* 0: the extension is missing */
	bool usage_critical;
	unsigned eku;          /* 0: the extension is missing */
	bool eku_critical, ocsp_nocheck;
	char policy[DER_OID_TEXT]; /* dotted; the first one, or "" */
	size_t npolicies;
	bool policy_critical;
	struct str cps, ocsp_url;
	struct str skid, akid; /* key identifiers, or "" */
	bool issuer_alt, crl_dp;
	size_t ndns;
	struct str dns[16];    /* dNSName */
	struct cert_holder holder;
};

/* ERR_INPUT "trust.cert.malformed" with the clause. */
MUST struct result cert_parse(struct arena *a, struct str der, struct cert *ret, struct err *err);
/* The same for the part to be signed: the check before a signature is made. */
MUST struct result cert_parse_tbs(struct arena *a, struct str tbs, struct cert *ret,
                                  struct err *err);
/* Serial as upper-case hex ("0705D990"). */
struct str cert_serial_text(struct arena *a, const struct cert *c);
/* "1990-01-02", or "1990" / "" when parts are unknown. */
struct str cert_birth_text(struct arena *a, const struct cert_holder *h);

#endif
