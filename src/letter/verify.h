/* Is this letter genuine? The question behind `musubi verify FILE`.
 *
 * Takes the bytes of a PDF or the text of a QR code and a bundle of
 * certificates; needs no network. Every answer is a row of one table with what
 * it means and what to do, in Japanese and English. Nothing a letter says is
 * repeated to the reader before its seal has held. */
#ifndef MUSUBI_LETTER_VERIFY_H
#define MUSUBI_LETTER_VERIFY_H

#include "letter/qr.h"
#include "trust/cms.h"

enum letter_verdict {
	LETTER_GENUINE,
	LETTER_UNREADABLE,      /* neither a PDF nor a code, or damaged */
	LETTER_UNSEALED,        /* a PDF without a seal */
	LETTER_CHANGED,         /* the content is not what was sealed */
	LETTER_PARTLY_SEALED,   /* something was added after sealing */
	LETTER_BAD_SEAL,        /* the signature itself does not hold */
	LETTER_UNKNOWN_ISSUER,  /* no certificate in the bundle vouches for it */
	LETTER_NO_SEAL_CERT,    /* a true certificate, but none for sealing letters */
	LETTER_CERT_NOT_VALID,  /* not valid on the day of sealing */
	LETTER_CERT_REVOKED,
	LETTER_FROM_THE_FUTURE, /* sealed later than now */
	LETTER_VERDICT_COUNT,
};

struct letter_verdict_row {
	const char *name; /* "genuine" */
	bool trust;       /* may one rely on it? */
	const char *ja, *en;       /* what it is */
	const char *do_ja, *do_en; /* what to do */
};
const struct letter_verdict_row *letter_verdict_row(enum letter_verdict v);

/* Whom to believe. certs: sealing certificates (DER), for QR codes, which carry
 * none; chain: intermediate authorities. status NULL: revocation is not looked at, and the
 * report says so. */
struct letter_trust {
	const struct anchors *anchors;
	const struct str *certs;
	size_t ncerts;
	const struct str *chain;
	size_t nchain; /* at most CHAIN_MAX */
	trust_status_fn *status;
	void *status_ctx;
};

/* Reads a bundle: PEM certificates (RFC 7468), self-signed ones become anchors.
 * At most LETTER_CERTS_MAX. The caller unrefs *ret_anchors. */
enum { LETTER_CERTS_MAX = 4000 };
MUST struct result letter_trust_load(struct arena *a, struct str pem, struct letter_trust *ret,
                                     struct anchors **ret_anchors, struct err *err);

struct letter_report {
	enum letter_verdict verdict;
	bool from_qr;
	/* Only when the seal holds (verdict GENUINE): */
	struct str organization, office, title; /* of the certificate: 加賀市, 総務部, 加賀市長 */
	int64_t at;              /* claimed time of sealing (PDF) or day (QR); microseconds */
	bool cert_expired;       /* since then: no reason to doubt the letter */
	bool cert_retired;       /* revoked later, and not for a lost key */
	bool revocation_checked;
	struct letter_qr qr;     /* from_qr */
	/* For the log, always: */
	struct str why;          /* English: the check that failed, with its clause */
	/* The whole report for people, several lines each. */
	struct str ja, en;
};

/* letter/verify_text.c: fills ja and en from the rest. */
void letter_report_words(struct arena *a, struct letter_report *r);

/* Whatever bytes come in, an answer comes out; an error means that revocation
 * could not be asked. now in microseconds UTC. */
MUST struct result letter_verify(struct arena *a, struct str bytes, const struct letter_trust *t,
                                 int64_t now, struct letter_report *ret, struct err *err);
MUST struct result letter_verify_pdf(struct arena *a, struct str pdf, const struct letter_trust *t,
                                     int64_t now, struct letter_report *ret, struct err *err);
MUST struct result letter_verify_qr(struct arena *a, struct str text, const struct letter_trust *t,
                                    int64_t now, struct letter_report *ret, struct err *err);

#endif
