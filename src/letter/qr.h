/* The text of a letter's QR code: what the letter says in short, signed, so
 * that paper can be checked without a network.
 *
 *   MUSUBI1.<base64url payload>.<base64url signature>
 *
 * The payload is canonical JSON (RFC 8785): d date, f facts [[label, value]…],
 * h first 16 bytes of letter_digest, i code of the issuing body, k kind of
 * letter, n number, s first 8 bytes of the SHA-256 of the sealing certificate,
 * v 1. Signed are the ASCII bytes before the last dot, with the algorithm of
 * that certificate's key and no other: the text names none, so none can be
 * swapped. ECDSA as r||s (RFC 7518 §3.4). At most LETTER_QR_MAX bytes. */
#ifndef MUSUBI_LETTER_QR_H
#define MUSUBI_LETTER_QR_H

#include "crypto/key.h"
#include "letter/letter.h"

enum { QR_FACTS_MAX = 12, QR_DIGEST = 16, QR_CERT = 8 };

struct letter_qr_fact {
	struct str label, value;
};

struct letter_qr {
	struct str org, kind, number, date; /* date ISO */
	uint8_t digest[QR_DIGEST];
	size_t nfacts;
	struct letter_qr_fact facts[QR_FACTS_MAX];
};

/* key is the one of cert (DER). ERR_TOO_LARGE letter.qr when the facts do not
 * fit: leave some out. */
MUST struct result letter_qr_sign(struct arena *a, const struct letter_qr *q,
                                  const struct key *key, struct str cert, struct str *ret,
                                  struct err *err);

/* A code read, its signature not yet checked. */
struct letter_qr_read {
	struct letter_qr qr;
	uint8_t cert[QR_CERT];
	struct str signed_text, signature;
};
/* ERR_INPUT letter.qr: not our code, damaged, or not in its one canonical form. */
MUST struct result letter_qr_parse(struct arena *a, struct str text, struct letter_qr_read *ret,
                                   struct err *err);
/* Does the certificate carry that fingerprint, and its key that signature?
 * Whether the certificate is to be trusted is letter/verify.h's question. */
bool letter_qr_matches(const struct letter_qr_read *r, struct str cert);
bool letter_qr_holds(struct arena *a, const struct letter_qr_read *r, struct str spki);

#endif
