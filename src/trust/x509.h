/* Inside of the room: the pieces that certificates, requests, CMS, CRL and
 * OCSP share. */
#ifndef MUSUBI_TRUST_X509_H
#define MUSUBI_TRUST_X509_H

#include "crypto/der.h"
#include "trust/cert.h"

/* AlgorithmIdentifier of a signature (RFC 4055 §5, RFC 5758 §3.2, RFC 8410 §3).
 * Reading knows exactly what writing writes. */
void x509_put_sig_alg(struct der *d, enum sig_alg alg);
bool x509_get_sig_alg(struct der_in *in, enum sig_alg *ret);
/* AlgorithmIdentifier of a digest: written without parameters (RFC 5754 §2),
 * read with none or NULL. */
void x509_put_digest_alg(struct der *d, enum digest_alg alg);
bool x509_get_digest_alg(struct der_in *in, enum digest_alg *ret);

/* Name: one attribute per RDN; C and serialNumber PrintableString, the rest
 * UTF8String. */
void x509_put_dn(struct der *d, const struct dn *dn);
/* Values are slices of what is read. Faults `in` on anything else. */
void x509_get_dn(struct der_in *in, struct dn *ret);
bool dn_equal(const struct dn *x, const struct dn *y);

/* SEQUENCE { tbs, algorithm, BIT STRING signature }, signed here. */
MUST struct result x509_sign(struct arena *a, struct str tbs, const struct key *key,
                             struct str *ret_der, struct err *err);
/* Takes such a SEQUENCE apart without checking the signature. */
struct x509_signed {
	struct str tbs, signature;
	enum sig_alg alg;
};
bool x509_open(struct str der, struct x509_signed *ret);

/* Extension { oid, critical, OCTET STRING { … } }: write the value in between. */
void x509_ext_open(struct der *d, const char *oid, bool critical);
void x509_ext_close(struct der *d);
/* RFC 5280 §4.2.1.2 (1): SHA-1 over the public key bits of an SPKI. */
bool x509_key_id(struct str spki, uint8_t ret[20]);

enum { X509_BYTES_MAX = 64 << 20 }; /* a CRL of a million rows fits */

#endif
