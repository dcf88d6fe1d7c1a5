/* What others sign with: every algorithm that is met in files, by OID, XML URI
 * and JOSE name, and until when it was good (ETSI TS 119 312, CRYPTREC).
 *
 * crypto/key.h knows what we sign with ourselves, which is less. Nothing here
 * touches a private key. */
#ifndef MUSUBI_SIGN_ALGORITHM_H
#define MUSUBI_SIGN_ALGORITHM_H

#include "crypto/der.h"
#include "crypto/key.h"

struct sign_digest {
	const char *name;   /* "SHA-256" */
	const char *oid;
	const char *xml;    /* URI of XML Signature; NULL: has none */
	const char *evp;    /* OpenSSL's name */
	size_t size;        /* bytes */
	int64_t until;      /* microseconds UTC: good for signatures up to then; INT64_MAX: no end */
};
/* NULL: unknown, or nothing that may ever be relied on (MD5 stands in the table
 * with an end long past, so that a report can name it). */
const struct sign_digest *sign_digest_oid(const char *oid);
const struct sign_digest *sign_digest_xml(struct str uri);
const struct sign_digest *sign_digest_name(struct str name); /* "SHA-256", "S256", "sha256" */
const struct sign_digest *sign_digest_of(enum digest_alg alg);

enum sign_family { SIGN_RSA, SIGN_RSA_PSS, SIGN_ECDSA, SIGN_DSA, SIGN_EDDSA };

/* A signature algorithm as a file names it. */
struct sign_alg {
	const char *name;                 /* "ECDSA with SHA-256" */
	enum sign_family family;
	const struct sign_digest *digest; /* NULL: EdDSA, which hashes by itself */
	const struct sign_digest *mgf;    /* RSA-PSS */
	size_t salt;                      /* RSA-PSS, bytes */
	bool raw;                         /* ECDSA as r||s (XML, JOSE), not DER */
};
/* AlgorithmIdentifier (RFC 4055, RFC 5758, RFC 8410), with the digest that CMS
 * names beside it for plain rsaEncryption (NULL elsewhere). false: unknown. */
bool sign_alg_der(struct str algorithm_identifier, const struct sign_digest *beside,
                  struct sign_alg *ret);
bool sign_alg_xml(struct str uri, struct sign_alg *ret);
bool sign_alg_jose(struct str name, struct sign_alg *ret);
/* Ours, as a row: the name in a file is that of crypto/key.h's table. */
void sign_alg_ours(enum sig_alg alg, struct sign_alg *ret);

/* A verdict: false for every signature that does not hold and for keys that do
 * not fit. spki: any SubjectPublicKeyInfo. `hash` is the digest of the content
 * by alg->digest; for EdDSA give the content itself. */
bool sign_check(struct str spki, const struct sign_alg *alg, struct str hash, struct str sig);

/* Is the algorithm with a key of this size good at `at`? false with what is
 * wrong, in English, in `what` (for CRYPTO_CONSTRAINTS_FAILURE). */
bool sign_alg_good(const struct sign_alg *alg, struct str spki, int64_t at, char what[160]);
/* Name and size of a key for reports: "RSA 2048", "P-256". */
struct str sign_key_name(struct arena *a, struct str spki);

#endif
