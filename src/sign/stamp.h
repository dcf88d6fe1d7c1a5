/* A time stamp token of anybody (RFC 3161, RFC 5816; ETSI EN 319 422), read and
 * cryptographically checked. Whether its authority is to be believed is
 * validate.h's question. */
#ifndef MUSUBI_SIGN_STAMP_H
#define MUSUBI_SIGN_STAMP_H

#include "sign/certificate.h"
#include "sign/cms_read.h"

struct stamp {
	int64_t at;                        /* genTime, microseconds UTC */
	int64_t accuracy_us;               /* 0: not stated */
	char policy[DER_OID_TEXT];
	struct str serial;                 /* content octets */
	struct str nonce;                  /* content octets, or "" */
	const struct sign_digest *digest;  /* of the imprint; NULL: unknown */
	struct str imprint;
	bool ordering;

	struct str cert;                   /* who stamped, DER, or "" */
	enum ades_cert_ref cert_ref;
	struct sign_alg alg;
	bool alg_known;
	const struct sign_digest *content_digest; /* of message-digest */
	bool intact;                       /* message-digest is that of the TSTInfo */
	bool value_ok;                     /* the signature value holds */
	struct str what;                   /* a fault of form; "" when sound */
	struct cms_signed cms;             /* what it carries: certificates, CRLs, OCSP answers,
	                                      unsigned attributes of the one signer */
};

/* ERR_INPUT "sign.stamp" when the bytes are no token. `certs` (DER, may be NULL):
 * where to look for the signer's certificate when the token does not carry it. */
MUST struct result stamp_read(struct arena *a, struct str token, const struct str *certs,
                              size_t ncerts, struct stamp *ret, struct err *err);
/* Is it over these bytes' hash? */
static inline bool stamp_covers(const struct stamp *s, const struct sign_digest *alg,
                                struct str hash)
{
	return s->digest && s->digest == alg && hash.n == alg->size && str_eq(s->imprint, hash);
}

#define OID_TST_INFO_TYPE "1.2.840.113549.1.9.16.1.4"

#endif
