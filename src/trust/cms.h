/* Detached signatures: CMS SignedData (RFC 5652) as CAdES-B (ETSI EN 319 122-1):
 * content-type, message-digest, signing-certificate-v2 and, where wanted,
 * signing-time; one signer; DER.
 *
 * For PAdES (ETSI.CAdES.detached, EN 319 142-1 §6.3) give signing time 0: the
 * time stands in the PDF. RSA and ECDSA digest with the hash of the signature
 * algorithm, Ed25519 with SHA-512 (RFC 8419 §3.1). */
#ifndef MUSUBI_TRUST_CMS_H
#define MUSUBI_TRUST_CMS_H

#include "trust/verify.h"

enum { CMS_BYTES_MAX = 65536 };

struct cms_signer {
	const struct key *key;
	struct str cert;         /* DER, of that key */
	const struct str *chain; /* further certificates to carry along, may be NULL */
	size_t nchain;
};

/* Signs the slices, one after the other, as one content. signing_time in
 * microseconds UTC, 0: no such attribute. */
MUST struct result trust_cms_sign_detached(struct arena *a, const struct cms_signer *s,
                                           const struct str *slices, size_t nslices,
                                           int64_t signing_time, struct str *ret_der,
                                           struct err *err);
/* The same when the content is hashed already, with trust_cms_digest's algorithm. */
MUST struct result trust_cms_sign_digest(struct arena *a, const struct cms_signer *s,
                                         struct str digest, int64_t signing_time,
                                         struct str *ret_der, struct err *err);
enum digest_alg trust_cms_digest(const struct key *k);

/* Who signed, and does it hold? Checks the digest, the attributes, the
 * signature, that signing-certificate-v2 names the certificate, then the
 * certificate for `f`. *ret_cert is filled whenever a signer could be read. */
struct cms_signature {
	struct cert cert;
	int64_t signing_time; /* claimed; 0 when absent */
	size_t nchain;
	struct str chain[CHAIN_MAX];
};
MUST struct result trust_cms_verify(struct arena *a, struct str der, const struct str *slices,
                                    size_t nslices, const struct verify_for *f,
                                    struct trust_verdict *ret, struct cms_signature *ret_sig,
                                    struct err *err);

/* The same for who holds the content's digest only, made with the algorithm that
 * the signature names. ERR_INPUT when it is empty. */
MUST struct result trust_cms_verify_digest(struct arena *a, struct str der, struct str digest,
                                           const struct verify_for *f, struct trust_verdict *ret,
                                           struct cms_signature *ret_sig, struct err *err);

/* ---- what a citizen signs with her phone ----
 *
 * A document is text whose first line says what it is; the line decides which
 * certificate may sign it. So a signature made to log in can never be taken
 * for an application, nor the reverse, whoever mixes them up. */
enum document_kind { DOCUMENT_LOGIN, DOCUMENT_APPLICATION, DOCUMENT_COUNT };

struct document_row {
	const char *line;        /* "musubi-login-v1", followed by one LF */
	enum profile_id profile, phone_profile; /* the only ones that may sign it */
};
const struct document_row *document_row(enum document_kind kind);
/* The line, LF, then the body. */
struct str trust_document(struct arena *a, enum document_kind kind, struct str body);
/* Which kind, and where the body begins; false for anything else. */
bool trust_document_parse(struct str document, enum document_kind *ret_kind, struct str *ret_body);

/* ERR_INPUT "trust.document.kind" when the document's line is not of `kind`, or
 * the certificate not of its profile: the phone refuses before it signs. */
MUST struct result trust_sign_document(struct arena *a, enum document_kind kind,
                                       const struct cms_signer *s, struct str document,
                                       int64_t signing_time, struct str *ret_der,
                                       struct err *err);
/* f->profiles is replaced by the kind's own. */
MUST struct result trust_verify_document(struct arena *a, enum document_kind kind, struct str der,
                                         struct str document, const struct verify_for *f,
                                         struct trust_verdict *ret, struct cms_signature *ret_sig,
                                         struct err *err);

#endif
