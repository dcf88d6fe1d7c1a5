/* Path validation of anybody's certificates (RFC 5280 §6) with certificate
 * policies, mappings, name constraints and CRLs: full, delta, indirect, sharded
 * by distribution point or reason (§6.3).
 *
 * Decision: OpenSSL's X509_verify_cert does it. It is kept by many, passes NIST
 * PKITS, and every relying party that we must agree with uses it or something
 * like it. What is ours stays strict and separate: trust/verify.h reads our own
 * profiles and nothing else, this module reads what others issue (time stamps,
 * seals, corporate certificates from abroad). Nothing is fetched: the caller
 * brings certificates and CRLs. */
#ifndef MUSUBI_TRUST_PATH_H
#define MUSUBI_TRUST_PATH_H

#include "trust/verify.h"

enum { PATH_CERTS_MAX = 64, PATH_CRLS_MAX = 64, PATH_LEN_MAX = 16, PATH_POLICIES_MAX = 32 };

struct path_input {
	struct str cert;            /* the end certificate, DER */
	const struct str *anchors;  /* trusted, DER */
	size_t nanchors;
	const struct str *certs;    /* further ones, any order */
	size_t ncerts;
	const struct str *crls;
	size_t ncrls;
	int64_t at;                 /* microseconds UTC */
	bool no_crls;               /* said aloud: revocation is not looked at */
	/* RFC 5280 §6.1.1 (c), (e), (f), (g); no policies: any-policy */
	const char *const *policies;
	size_t npolicies;
	bool explicit_policy, inhibit_mapping, inhibit_any;
};

struct path_output {
	size_t n;                   /* certificates from the end certificate to the anchor */
	struct str chain[PATH_LEN_MAX];
	size_t at_depth;            /* which one the verdict is about; 0 the end certificate */
	int library_error;          /* X509_V_ERR_… for reports */
	/* of a path that holds: the policies it is good for (RFC 5280 §6.1.6) and the
	 * first user notice among their qualifiers, which must be shown */
	size_t npolicies;
	char policies[PATH_POLICIES_MAX][DER_OID_TEXT];
	struct str notice;          /* UTF-8, or "" */
};

/* *ret_out holds what could be built, also when the verdict is bad. */
MUST struct result trust_path_check(struct arena *a, const struct path_input *in,
                                    struct trust_verdict *ret, struct path_output *ret_out,
                                    struct err *err);

#endif
