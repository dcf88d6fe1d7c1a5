/* Advanced electronic signatures, the same whatever file they stand in.
 *
 * A reader per format (cades.h, pades.h, xades.h, jades.h, asic.h) takes a file
 * apart into `struct ades_signature`: what was signed, by whom, what proves it,
 * every digest and signature value already computed. validate.h then judges it
 * by ETSI EN 319 102-1 without knowing the format; report.h says it to people
 * and programs. Nothing is ever fetched: what a judgement needs is in the file
 * or brought by the caller.
 *
 * Everything points into the arena or the file's bytes. */
#ifndef MUSUBI_SIGN_ADES_H
#define MUSUBI_SIGN_ADES_H

#include "sign/source.h"
#include "trust/cms.h"

enum ades_format { ADES_CADES, ADES_PADES, ADES_XADES, ADES_JADES, ADES_FORMAT_COUNT };
enum ades_container { ADES_BARE, ADES_ASIC_S, ADES_ASIC_E };
/* What is there, not what holds: NONE has not even a reference to its certificate. */
enum ades_level { ADES_NONE, ADES_B, ADES_T, ADES_LT, ADES_LTA, ADES_LEVEL_COUNT };

const char *ades_format_name(enum ades_format f);    /* "CAdES" */
const char *ades_level_name(enum ades_level l);      /* "B", "LTA" */

enum {
	ADES_SIGNATURES_MAX = 256, /* of a file, counter signatures included */
	ADES_STAMPS_MAX = 64,      /* of a signature */
	ADES_VALUES_MAX = 256,     /* certificates, CRLs or OCSP answers of a file, each */
	ADES_OBJECTS_MAX = 1024,
};

/* Something that a signature covers. */
struct ades_object {
	struct str name;              /* file in a container, reference URI; "" the file itself */
	bool found;                   /* false: SIGNED_DATA_NOT_FOUND */
	bool intact;                  /* its digest is the one that was signed */
	const struct sign_digest *alg; /* NULL: unknown, so never intact */
};

enum ades_stamp_kind {
	STAMP_CONTENT,   /* before signing: the signature is not older */
	STAMP_SIGNATURE, /* over the signature value: T */
	STAMP_REFS,      /* over signature and references to validation data */
	STAMP_ARCHIVE,   /* over all that is there: LTA; in PAdES the document time stamp */
};
struct ades_stamp {
	enum ades_stamp_kind kind;
	struct str token;         /* ContentInfo of a TSTInfo, DER */
	struct str hash;          /* what its message imprint must be, or "" when the reader
	                             could not tell what is covered (what says why) */
	const struct sign_digest *alg; /* of the imprint; NULL: unknown */
	/* What existed when the stamp was made, beside the signature: the first n of
	 * the file's values, in the order of struct ades_values. */
	size_t ncerts, ncrls, nocsps;
	size_t nstamps;           /* of this signature's stamps, those that it covers: the first n */
	struct str what;          /* a fault of form; "" */
};

/* Validation data that a file carries: certificates, CRLs, OCSP answers
 * (OCSPResponse or BasicOCSPResponse), DER, in the order of their addition. */
struct ades_values {
	size_t ncerts, ncrls, nocsps;
	struct str certs[ADES_VALUES_MAX], crls[ADES_VALUES_MAX], ocsps[ADES_VALUES_MAX];
};

enum ades_cert_ref {
	CERT_REF_ABSENT,   /* the signature does not say which certificate it means */
	CERT_REF_OK,
	CERT_REF_MISMATCH, /* it says another one: substitution */
};

/* What happened to a PDF after it was signed (pades_change.c). */
enum ades_change_kind {
	CHANGE_VALIDATION_DATA, /* DSS, document time stamps: harmless */
	CHANGE_SIGNATURE,       /* a further signature in a field */
	CHANGE_FORM,            /* a field was filled in */
	CHANGE_ANNOTATION,
	CHANGE_VISIBLE,         /* what a reader sees: pages, contents, fonts, names of actions */
	CHANGE_HIDDEN,          /* objects redefined or made reachable: shadow attacks */
};
struct ades_change {
	enum ades_change_kind kind;
	bool allowed;       /* by the signature's DocMDP and FieldMDP */
	struct str where;   /* "page 2", "field 申請者.氏名", "object 14" */
	struct str what_ja, what_en;
};

struct ades_signature {
	enum ades_format format;
	enum ades_container container;
	enum ades_level level;
	struct str id;            /* unique in the file: "S1", an XML Id, a field's name */

	/* Form. "" when sound, else what is wrong, with its clause: FORMAT_FAILURE. */
	struct str malformed;

	size_t nobjects;
	const struct ades_object *objects;

	struct str cert;          /* who signed, DER; "" when it cannot be told */
	enum ades_cert_ref cert_ref;
	struct sign_alg alg;
	bool alg_known;
	bool value_ok;            /* the signature value holds over what is signed */
	struct str value;         /* the signature value, octets */

	/* Signed properties; 0 or "" where absent. */
	int64_t claimed_time;     /* microseconds UTC */
	struct str commitment;    /* OID or URI */
	struct str policy;        /* OID or URI of an explicit signature policy */
	bool policy_ok;           /* its digest could be checked and fits */
	struct str place, role;   /* UTF-8, for reports */
	struct str mime;          /* content type as signed */
	struct str critical;      /* a property marked critical that is not understood; "" */

	size_t nstamps;
	const struct ades_stamp *stamps;   /* oldest first */
	struct ades_values *values;        /* what its stamps count: of the file, or of its own */
	size_t ncounters;
	struct ades_signature *counters;   /* counter signatures, each over this value */

	size_t nchanges;          /* PDF only */
	const struct ades_change *changes;
	bool whole_file;          /* PDF: nothing follows what is signed */
};

/* A file taken apart. */
struct ades_file {
	enum ades_container container;
	struct str kind;          /* for reports: "PDF", "CMS", "XML", "JWS", "ASiC-E" */
	size_t n;
	struct ades_signature *signatures;
	struct ades_values values;
	/* Of a container: files that no signature covers. */
	size_t nuncovered;
	const struct str *uncovered;
};

/* What a reader needs beside the file itself: the content of detached
 * signatures, by name (name "" fits any reference when it is the only one). */
struct ades_detached {
	const struct source *sources;
	size_t n;
};

/* Reads a file of whatever format (by its bytes, never its name). ERR_INPUT
 * "sign.unknown" when it is none of ours; a file without signatures gives n 0.
 * What is malformed inside a signature is said there, not here. */
MUST struct result ades_read(struct arena *a, const struct source *file,
                             const struct ades_detached *detached, struct ades_file *ret,
                             struct err *err);

/* ---- making ---- */

enum ades_packaging {
	ADES_DETACHED,
	ADES_ENVELOPING,  /* the content stands in the signature */
	ADES_ENVELOPED,   /* the signature stands in the content (XML, PDF) */
};

/* Asks a time-stamping authority: digest in, ContentInfo out. */
typedef struct result ades_stamp_fn(void *ctx, struct arena *a, enum digest_alg alg,
                                    struct str hash, struct str *ret_token, struct err *err);

struct ades_options {
	enum ades_level level;
	enum ades_packaging packaging;
	struct cms_signer signer;    /* not looked at when a signature is only extended */
	int64_t time;                /* claimed time, microseconds UTC */
	struct str commitment, place, role, mime;
	ades_stamp_fn *stamp;        /* from T on */
	void *stamp_ctx;
	const struct ades_values *material; /* from LT on: what proves certificates and stamps */
	bool pss;                    /* an RSA key signs RSASSA-PSS, not PKCS #1 v1.5 (CMS, JWS) */
};

#endif
