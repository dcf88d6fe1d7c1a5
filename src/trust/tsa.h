/* A time-stamping unit (RFC 3161, RFC 5816; ETSI EN 319 421, EN 319 422).
 *
 * A token says: these bytes existed at genTime, give or take the accuracy that
 * it states. So nothing is stamped when the clock cannot be trusted (struct
 * tsa_clock), when the serial, the journal entry or the signature cannot be
 * had: then the answer is a refusal with its PKIFailureInfo, and no token.
 *
 * Serials are reserved from the store in blocks and never used twice; what a
 * crash leaves unused is lost. Every token is journaled (its digest, serial and
 * imprint) in a committed transaction before it is given out. genTime has
 * microseconds and strictly grows within a process; `ordering` is left out, as
 * EN 319 422 §5.2.2 wants. Imprints: SHA-256, SHA-384, SHA-512. Shared by all
 * threads. */
#ifndef MUSUBI_TRUST_TSA_H
#define MUSUBI_TRUST_TSA_H

#include "trust/ca.h"

enum { TSA_REQUEST_MAX = 8192, TSA_NONCE_MAX = 64, TSA_CHAIN_MAX = 4 };

/* RFC 3161 §2.4.2; the bit numbers of PKIFailureInfo. */
enum tsa_fail {
	TSA_FAIL_NONE = -1, TSA_BAD_ALG = 0, TSA_BAD_REQUEST = 2, TSA_BAD_DATA = 5,
	TSA_NO_TIME = 14, TSA_POLICY = 15, TSA_EXTENSION = 16, TSA_FAILURE = 25,
};

struct tsa_request {
	struct str imprint;      /* MessageImprint as sent, DER */
	enum digest_alg alg;
	struct str hash;
	char policy[DER_OID_TEXT]; /* or "" */
	struct str nonce;        /* content octets of the INTEGER, or "" */
	bool cert;               /* certReq */
};
/* Slices of der. What is wrong is *ret_fail; true when nothing is. */
bool tsa_request_parse(struct str der, struct tsa_request *ret, enum tsa_fail *ret_fail);

/* Where the time comes from. `synced` says whether the system's clock is kept by
 * NTP, and the largest error the kernel admits to. Tests have their own. */
struct tsa_clock {
	int64_t (*now)(void *ctx);    /* microseconds UTC */
	int64_t (*steady)(void *ctx); /* never steps */
	bool (*synced)(void *ctx, int64_t *ret_error_us);
	void *ctx;
};
extern const struct tsa_clock tsa_clock_system;

struct tsa_setup {
	struct store *store;
	struct str org, name;       /* whose unit; names its serials: "tsa-1" */
	struct key *key;
	struct str cert;            /* profile time-stamp, of that key */
	const struct str *chain;    /* sent along when a request wants certificates */
	size_t nchain;
	const char *policy;         /* the one that is stamped under; NULL: TSA_POLICY_OID */
	int64_t accuracy_us;        /* 0: 1 s */
	bool need_sync;             /* refuse unless the kernel says that NTP keeps the clock */
	const struct tsa_clock *clock; /* NULL: the system's */
};
#define TSA_POLICY_OID "1.3.6.1.4.1.32473.392.1.6.1"

struct tsa;
MUST struct result tsa_open(const struct tsa_setup *s, struct tsa **ret, struct err *err);
void tsa_close(struct tsa *t); /* NULL is fine */
/* The operator set the clock right: what is measured against begins anew. */
void tsa_trust_clock(struct tsa *t);

struct tsa_answer {
	enum tsa_fail fail;       /* TSA_FAIL_NONE: granted */
	struct str der;           /* TimeStampResp */
	struct str token;         /* ContentInfo, when granted */
	uint64_t serial;
	int64_t at;
};
/* Always an answer; *err (may be NULL) says why one was refused. */
void tsa_answer(struct tsa *t, struct arena *a, struct str request, struct tsa_answer *ret,
                struct err *err);

/* For clients: a request for the digest. nonce: content octets, or "". */
MUST struct result tsa_request_make(struct arena *a, enum digest_alg alg, struct str hash,
                                    struct str nonce, bool cert, struct str *ret,
                                    struct err *err);

#endif
