/* OCSP (RFC 6960, RFC 8954, RFC 5019): requests read, answers made.
 *
 * One desk answers for every authority of an organization. Each authority has a
 * delegated responder: a key and a certificate of profile `ocsp`, issued by that
 * authority, which says id-pkix-ocsp-nocheck. Statuses come from the table that
 * CRLs come from.
 *
 * What is answered:
 * - good, revoked (with reason and time; a held certificate is revoked with
 *   certificateHold) for serials of the table;
 * - unknown for a serial that was never issued. Not "revoked" (RFC 6960 §2.2's
 *   extended definition): an answer that anybody can provoke for any number must
 *   not look like an authority's decision. Never good;
 * - unauthorized when no certificate asked about is of an authority of ours;
 *   unknown for those of others in a mixed request;
 * - tryLater when the table cannot be read, also for answers signed before.
 *
 * Signed before: the answer for one certificate without a nonce is kept and
 * given again until half of its life is over. The desk looks at most once a
 * second which rows changed (trust_cert.changed) and forgets their answers, so
 * that every process learns of a revocation within a second. Answers with a
 * nonce are signed each time. A desk is shared by all threads. */
#ifndef MUSUBI_TRUST_OCSP_H
#define MUSUBI_TRUST_OCSP_H

#include "trust/ca.h"

enum { OCSP_BYTES_MAX = 16384, OCSP_ITEMS_MAX = 64, OCSP_NONCE_MAX = 32 };

enum ocsp_status {
	OCSP_SUCCESSFUL = 0, OCSP_MALFORMED = 1, OCSP_INTERNAL = 2, OCSP_TRY_LATER = 3,
	OCSP_UNAUTHORIZED = 6,
};

struct ocsp_cert_id {
	struct str raw;          /* CertID as sent, strict DER */
	enum digest_alg alg;
	struct str name_hash, key_hash;
	struct str serial;       /* content octets */
};

struct ocsp_request {
	size_t n;
	struct ocsp_cert_id ids[OCSP_ITEMS_MAX];
	struct str nonce;        /* 1 to 32 octets, or "" when absent */
};

/* Slices of der. ERR_INPUT for what RFC 6960 §4.1.1 does not allow, a critical
 * extension that is not known, a nonce of another length (RFC 8954 §2.1). */
MUST struct result ocsp_request_parse(struct str der, struct ocsp_request *ret, struct err *err);
/* For clients and tests: one certificate; nonce may be "". */
MUST struct result ocsp_request_make(struct arena *a, struct str ca_cert, struct str serial,
                                     enum digest_alg alg, struct str nonce, struct str *ret,
                                     struct err *err);

struct ocsp_desk;

struct ocsp_desk *ocsp_desk_new(struct store *s, struct str org);
void ocsp_desk_free(struct ocsp_desk *d); /* NULL is fine */
/* Before the desk is shared. ERR_INPUT when the certificate is not of profile
 * `ocsp`, not the key's or not the authority's. */
MUST struct result ocsp_desk_add(struct ocsp_desk *d, enum ca_kind kind, struct str ca_cert,
                                 struct key *key, struct str cert, struct err *err);

struct ocsp_answer {
	enum ocsp_status status;
	struct str der;           /* OCSPResponse, in the arena */
	int64_t this_update, next_update;
	bool cacheable;           /* the same for everybody until next_update (RFC 5019) */
	bool kept;                /* was signed before */
};
/* Always an answer; what went wrong inside is in *err (may be NULL) when the
 * status is internalError or tryLater. */
void ocsp_answer(struct ocsp_desk *d, struct arena *a, struct str request, int64_t now,
                 struct ocsp_answer *ret, struct err *err);

/* Looks at the table again before the next answer, not up to a second later. */
void ocsp_desk_forget(struct ocsp_desk *d);

struct ocsp_stats {
	uint64_t answers, kept, signatures;
};
void ocsp_desk_stats(const struct ocsp_desk *d, struct ocsp_stats *ret);

#endif
