/* Does this signature hold? ETSI EN 319 102-1 v1.4.1.
 *
 * validate.c runs the process for signatures with archival data (§5.6), which
 * contains the one with time (§5.5) and the basic one (§5.3): format (§5.2.2),
 * identification of the certificate (§5.2.3), X.509 validation (§5.2.6),
 * cryptographic verification (§5.2.7), acceptance (§5.2.8); time stamps are
 * signatures too (§5.4); past validation slides back along proofs of existence
 * (§5.6.2). The verdict is the standard's; the sentences are ours. */
#ifndef MUSUBI_SIGN_VALIDATE_H
#define MUSUBI_SIGN_VALIDATE_H

#include "sign/ades.h"
#include "trust/path.h"

/* §5.1.3 */
enum ades_indication { TOTAL_PASSED, INDETERMINATE, TOTAL_FAILED, INDICATION_COUNT };

enum ades_sub {
	SUB_NONE,
	/* TOTAL-FAILED */
	SUB_FORMAT_FAILURE, SUB_HASH_FAILURE, SUB_SIG_CRYPTO_FAILURE, SUB_REVOKED, SUB_EXPIRED,
	SUB_NOT_YET_VALID,
	/* INDETERMINATE */
	SUB_SIG_CONSTRAINTS_FAILURE, SUB_CHAIN_CONSTRAINTS_FAILURE,
	SUB_CERTIFICATE_CHAIN_GENERAL_FAILURE, SUB_CRYPTO_CONSTRAINTS_FAILURE,
	SUB_POLICY_PROCESSING_ERROR, SUB_SIGNATURE_POLICY_NOT_AVAILABLE,
	SUB_TIMESTAMP_ORDER_FAILURE, SUB_NO_SIGNING_CERTIFICATE_FOUND,
	SUB_NO_CERTIFICATE_CHAIN_FOUND, SUB_REVOKED_NO_POE, SUB_REVOKED_CA_NO_POE,
	SUB_OUT_OF_BOUNDS_NOT_REVOKED, SUB_OUT_OF_BOUNDS_NO_POE,
	SUB_REVOCATION_OUT_OF_BOUNDS_NO_POE, SUB_CRYPTO_CONSTRAINTS_FAILURE_NO_POE, SUB_NO_POE,
	SUB_TRY_LATER, SUB_SIGNED_DATA_NOT_FOUND, SUB_CUSTOM,
	SUB_COUNT,
};

struct ades_sub_row {
	const char *name;        /* "HASH_FAILURE" */
	const char *uri;         /* ETSI TS 119 102-2 */
	const char *ja, *en;     /* one sentence: what it means */
	const char *do_ja, *do_en; /* what the reader can do */
};
const char *ades_indication_name(enum ades_indication i); /* "TOTAL-PASSED" */
const struct ades_sub_row *ades_sub_row(enum ades_sub s);

struct ades_trust {
	size_t nanchors;
	const struct str *anchors;      /* DER; believed for signers */
	size_t nstamp_anchors;
	const struct str *stamp_anchors; /* for time stamps; none: the same */
	const struct ades_values *more; /* what the caller knows besides the file; may be NULL */
	bool no_revocation;             /* said aloud: revocation is not looked at */
	int64_t fresh_us;               /* how old revocation data may be; 0: their own nextUpdate */
};

enum ades_check_state { CHECK_OK, CHECK_WARN, CHECK_FAIL, CHECK_UNKNOWN };
/* One line of the report: what was looked at, and what came out. */
struct ades_check {
	enum ades_check_state state;
	const char *name;      /* "signature-value": a row of report texts */
	const char *clause;    /* "EN 319 102-1 5.2.7" */
	struct str detail;     /* values: names, times; UTF-8, nothing that is secret */
};

struct ades_chain {
	size_t n;              /* from the signer to the anchor */
	struct str certs[PATH_LEN_MAX];
	bool trusted;
};

struct ades_stamp_result {
	const struct ades_stamp *stamp;
	enum ades_indication indication;
	enum ades_sub sub;
	int64_t at, accuracy_us; /* genTime; 0 when unreadable */
	struct str authority;    /* name of the unit's certificate */
	struct ades_chain chain;
};

struct ades_result {
	const struct ades_signature *signature;
	enum ades_indication indication;
	enum ades_sub sub;
	int64_t best_time;       /* earliest proof of existence, or the time of validation */
	int64_t revoked_at;      /* REVOKED… */
	int revoke_reason;
	enum ades_level level;   /* up to which the signature holds */
	struct ades_chain chain;
	struct str signer;       /* the subject as people write it */
	size_t nchecks;
	const struct ades_check *checks;
	size_t nstamps;
	const struct ades_stamp_result *stamps;
	size_t ncounters;
	const struct ades_result *counters;
};

/* One result per signature, in the file's order. `at`: the time of validation,
 * microseconds UTC. An error means that the question could not be answered. */
MUST struct result ades_validate(struct arena *a, const struct ades_file *f,
                                 const struct ades_trust *t, int64_t at,
                                 const struct ades_result **ret, struct err *err);

#endif
