/* Inside of CAdES: a SignedData taken apart, the same for reading, signing and
 * extending. Everything is a slice of the arena's copy or of the file in memory.
 *
 * The content of a SignedData is never copied: it is ranges of the source, so a
 * gigabyte costs its time only. What stands around it is in memory, at most
 * CADES_FRAME_MAX bytes, and DER: BER (RFC 5652 §5 allows it) is written anew
 * when it is read. */
#ifndef MUSUBI_SIGN_CADES_PRIV_H
#define MUSUBI_SIGN_CADES_PRIV_H

#include "sign/cades.h"
#include "sign/certificate.h"
#include "sign/cms_read.h"
#include "sign/stamp.h"

enum {
	CADES_FRAME_MAX = 24 << 20,  /* certificates, CRLs, signers */
	CADES_DEPTH_MAX = 24,        /* of ASN.1 */
	CADES_RANGES_MAX = 1 << 19,  /* pieces of a content in BER */
	CADES_NEST_MAX = 4,          /* a CMS in a CMS in … */
	CADES_COUNTER_DEPTH = 4,
	CADES_INNER_MAX = 16 << 20,  /* content looked into for a CMS of its own */
};

/* ---- the frame of a file (cades_frame.c) ---- */
struct cades_frame {
	struct str head;         /* DER of version and digestAlgorithms */
	struct str type_raw;     /* eContentType, DER with its tag */
	bool attached;
	bool octets;             /* the content stands in an OCTET STRING (not in PKCS #7's way) */
	struct range *ranges;    /* of its octets, in the source */
	size_t nranges;
	uint64_t size;           /* of the content */
	struct str tail;         /* DER of certificates, crls, signerInfos */
};
/* false: not a SignedData. */
bool cades_is(const struct source *file);
MUST struct result cades_frame_read(struct arena *a, const struct source *file,
                                    struct cades_frame *ret, struct err *err);

struct cades_items {
	size_t n;
	struct str *v;           /* with headers */
};
struct cades_cms {
	struct cades_frame frame;
	struct cms_signed c;     /* as if detached */
	struct cades_items certs, crls; /* CertificateChoices, RevocationInfoChoice: all of them */
};
MUST struct result cades_cms_read(struct arena *a, const struct source *file,
                                  struct cades_cms *ret, struct err *err);
/* The elements of a content. */
struct cades_items cades_items(struct arena *a, struct str content);
/* PEM of a PKCS7 or CMS as a source in memory; anything else is `file` itself. */
MUST struct result cades_unarmor(struct arena *a, const struct source *file, struct source *ret,
                                 struct err *err);

/* ---- digests of many parts (cades_der.c) ---- */
struct cades_hash {
	void *ctx;
	const struct sign_digest *alg;
};
MUST struct result cades_hash_begin(struct cades_hash *h, const struct sign_digest *alg,
                                    struct err *err);
void cades_hash_add(struct cades_hash *h, struct str s);
MUST struct result cades_hash_ranges(struct cades_hash *h, const struct source *s,
                                     const struct range *r, size_t n, struct err *err);
void cades_hash_copy(struct cades_hash *to, const struct cades_hash *from);
struct str cades_hash_end(struct cades_hash *h, struct arena *a);
void cades_hash_drop(struct cades_hash *h);
#define CADES_HASH_AUTO __attribute__((cleanup(cades_hash_drop))) struct cades_hash
/* "" when the machine has no such digest. */
struct str cades_hash_of(struct arena *a, const struct sign_digest *alg, struct str s);

/* What was signed: the content in the file, or what the caller brought. Its
 * digests are computed once for each algorithm. */
enum { CADES_CONTENT_DIGESTS = 12 };
struct cades_content {
	const struct source *source; /* NULL: not found */
	const struct range *ranges;
	size_t nranges, n;
	struct { const struct sign_digest *alg; struct str value; } done[CADES_CONTENT_DIGESTS];
};
MUST struct result cades_content_digest(struct cades_content *c, struct arena *a,
                                        const struct sign_digest *alg, struct str *ret,
                                        struct err *err);
void cades_content_of(struct arena *a, const struct source *whole, struct cades_content *ret);

/* ---- pieces of DER in an arena (cades_der.c) ---- */
struct str cades_header(struct arena *a, int tag, uint64_t n);
struct str cades_tlv(struct arena *a, int tag, struct str content);
struct str cades_concat(struct arena *a, const struct str *parts, size_t n);
struct str cades_oid(struct arena *a, const char *dotted);
struct str cades_attribute(struct arena *a, const char *type, struct str value);
void cades_sort(struct str *items, size_t n); /* X.690 §11.6 */

/* ---- archive time stamps (cades_archive.c) ---- */

/* ATSHashIndex of a token. */
struct cades_index {
	const struct sign_digest *alg;
	struct str raw;                  /* DER */
	int version;                     /* 1, 2, 3 */
	struct cades_items hashes[3];    /* certificates, crls, unsigned attributes; contents */
};
bool cades_index_read(struct arena *a, const struct stamp *token, struct cades_index *ret);
/* ats-hash-index-v3 of all that is there now (EN 319 122-1 §5.5.2). */
struct str cades_index_make(struct arena *a, const struct cades_cms *cms,
                            const struct cms_signer_info *si, const struct sign_digest *alg);
/* What one unsigned attribute's value is hashed as. */
struct str cades_index_attr(struct arena *a, const struct cms_attr *at, struct str value,
                            const struct sign_digest *alg, int version);
bool cades_index_has(const struct cades_index *x, int list, struct str hash);
/* EN 319 122-1 §5.5.3: the imprint of an archive-time-stamp-v3. */
MUST struct result cades_imprint_v3(struct arena *a, const struct cades_cms *cms,
                                    const struct cms_signer_info *si, struct cades_content *c,
                                    const struct sign_digest *alg, struct str index,
                                    struct str *ret, struct err *err);
/* ETSI TS 101 733 v1.8.3 §6.4.1: of an archive-time-stamp of version 2 over the first
 * nattrs unsigned attributes. There are readings of the standard in the wild that differ
 * in headers only; the one that gives `wanted` is taken. */
MUST struct result cades_imprint_v2(struct arena *a, const struct cades_cms *cms,
                                    const struct cms_signer_info *si, struct cades_content *c,
                                    const struct sign_digest *alg, const bool *covered,
                                    struct str wanted, struct str *ret, struct err *err);

/* ---- reading a signer ---- */
struct cades_reading {
	struct arena *arena;
	struct cades_cms *cms;
	struct cades_content *content;
	struct ades_values *values;
	size_t *nsignatures;     /* of the whole file, bounded */
};
/* Signed properties and policy (cades_attrs.c); faults of form go into
 * ret->malformed. */
void cades_attrs_read(struct cades_reading *r, const struct cms_signer_info *si, bool counter,
                      struct ades_signature *ret);
/* Time stamps, what they cover, and the values in the file (cades_stamps.c). */
MUST struct result cades_stamps_read(struct cades_reading *r, const struct cms_signer_info *si,
                                     struct ades_signature *ret, struct err *err);
/* The first complaint stays. */
void cades_malformed(struct ades_signature *s, struct str what);
size_t cades_attr_count(const struct cms_attrs *list, const char *oid);
/* Time stamps in an attribute: which kind; false: it holds none. */
bool cades_stamp_kind(const char *oid, enum ades_stamp_kind *ret);

/* ---- values (cades_values.c): each once, bounded ---- */
void cades_value_put(struct str *list, size_t *n, struct str der);
void cades_value_cert(struct ades_values *v, struct str item); /* CertificateChoices */
void cades_value_crl(struct ades_values *v, struct str item);  /* RevocationInfoChoice */
void cades_values_attr(struct ades_values *v, const struct cms_attr *at);
void cades_values_token(struct ades_values *v, const struct stamp *t);
struct str cades_text(struct arena *a, struct str tlv); /* DirectoryString as UTF-8 */

#define CADES_DATA "1.2.840.113549.1.7.1"
#define CADES_SIGNED_DATA "1.2.840.113549.1.7.2"
#define CADES_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define CADES_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define CADES_SIGNING_TIME "1.2.840.113549.1.9.5"
#define CADES_COUNTER "1.2.840.113549.1.9.6"
#define CADES_AA "1.2.840.113549.1.9.16.2."
#define CADES_HINTS CADES_AA "4"
#define CADES_SIGNING_CERT CADES_AA "12"
#define CADES_STAMP CADES_AA "14"
#define CADES_POLICY CADES_AA "15"
#define CADES_COMMITMENT CADES_AA "16"
#define CADES_LOCATION CADES_AA "17"
#define CADES_ATTRIBUTES CADES_AA "18"
#define CADES_CONTENT_STAMP CADES_AA "20"
#define CADES_CERT_REFS CADES_AA "21"
#define CADES_REV_REFS CADES_AA "22"
#define CADES_CERT_VALUES CADES_AA "23"
#define CADES_REV_VALUES CADES_AA "24"
#define CADES_ESC_STAMP CADES_AA "25"
#define CADES_REFS_STAMP CADES_AA "26"
#define CADES_ARCHIVE_V1 CADES_AA "27"
#define CADES_SIGNING_CERT_V2 CADES_AA "47"
#define CADES_ARCHIVE_V2 CADES_AA "48"
#define CADES_ARCHIVE_V3 "0.4.0.1733.2.4"
#define CADES_LONG_TERM "0.4.0.1733.2.2"
#define CADES_MIME "0.4.0.1733.2.1"
#define CADES_INDEX_V1 "0.4.0.1733.2.5"
#define CADES_INDEX_V2 "0.4.0.19122.1.4"
#define CADES_INDEX_V3 "0.4.0.19122.1.5"
#define CADES_ATTRIBUTES_V2 "0.4.0.19122.1.1"
#define CADES_POLICY_STORE "0.4.0.19122.1.3"
#define CADES_OCSP_BASIC "1.3.6.1.5.5.7.48.1.1"
#define CADES_RI_OCSP "1.3.6.1.5.5.7.16.2"

#endif
