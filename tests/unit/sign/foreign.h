/* A foreign world of certificates for tests: authorities, signers, CRLs, OCSP
 * answers and time stamps with any times, made with OpenSSL's own functions. */
#ifndef MUSUBI_TEST_FOREIGN_H
#define MUSUBI_TEST_FOREIGN_H

#include <openssl/x509.h>

#include "sign/ades.h"

struct party {
	EVP_PKEY *key;
	X509 *x;
	struct str der; /* the certificate */
};

struct party_options {
	const char *name;
	const struct party *issuer;   /* NULL: self-signed */
	int64_t from, to;             /* microseconds */
	bool ca;
	const char *eku;              /* "critical,timeStamping", "OCSPSigning", or NULL */
	bool nocheck;
	const char *digest;           /* "SHA1"; NULL: SHA256 */
	int rsa_bits;                 /* 0: P-256 */
	const EVP_PKEY *key;          /* NULL: a new one */
};
void party_make(struct arena *a, const struct party_options *o, struct party *ret);
void party_free(struct party *p);

struct crl_options {
	const struct party *issuer;
	int64_t from, to;             /* to 0: no nextUpdate */
	const struct party *revoked;  /* or NULL */
	int64_t revoked_at;
	int reason;                   /* -1: none */
};
struct str crl_make(struct arena *a, const struct crl_options *o);

struct ocsp_options {
	const struct party *issuer, *responder, *subject;
	int64_t from, to, revoked_at; /* revoked_at 0: good */
	bool unknown;
	int reason;
};
struct str ocsp_make(struct arena *a, const struct ocsp_options *o);

/* Over SHA-256 `hash`, by `unit`, which and whose issuer are inside. */
struct str stamp_make(struct arena *a, const struct party *unit, const struct party *issuer,
                      struct str hash, int64_t at);
struct str hash_of(struct arena *a, struct str s);

#endif
