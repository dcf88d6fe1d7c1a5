/* Inside of the room: what reading and making XML signatures share. */
#ifndef MUSUBI_SIGN_XADES_PRIV_H
#define MUSUBI_SIGN_XADES_PRIV_H

#include "sign/xades.h"
#include "sign/xml_safe.h"

#define DS "http://www.w3.org/2000/09/xmldsig#"
#define XADES132 "http://uri.etsi.org/01903/v1.3.2#"
#define XADES141 "http://uri.etsi.org/01903/v1.4.1#"
#define TYPE_PROPERTIES "http://uri.etsi.org/01903#SignedProperties"
#define TYPE_COUNTER "http://uri.etsi.org/01903#CountersignedSignature"
#define TYPE_MANIFEST DS "Manifest"
#define TYPE_OBJECT DS "Object"
#define C14N10 "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define EXC14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define ENVELOPED DS "enveloped-signature"

enum {
	XADES_TRANSFORMS_MAX = 8,     /* of a reference */
	XADES_REFERENCES_MAX = 512,   /* of a SignedInfo or Manifest */
	XADES_KEY_CERTS_MAX = 32,
	XADES_COUNTER_DEPTH = 4,
	XADES_SIGNED_INFO_MAX = 8 << 20,
	XADES_ENVELOPING_MAX = 6 << 20, /* its base64 is one text */
	XADES_OCTETS_MAX = 32 << 20,  /* what a transform makes for another one */
};

/* A file being read. */
struct xades_ctx {
	struct arena *a;
	struct xml_safe *x;
	const struct ades_detached *detached; /* never NULL */
	struct ades_values *values;           /* of the signature being read */
	size_t nsignatures;                   /* of the file, counter signatures included */
};

/* What a reference points at (XML Signature 1.1 §4.4.3.2). */
enum xref_target { XREF_MISSING, XREF_SET, XREF_SOURCE };
struct xref_step {
	enum { STEP_ENVELOPED, STEP_C14N, STEP_BASE64, STEP_NO_SIGNATURES } kind;
	struct xml_c14n how;
};
struct xref {
	struct _xmlNode *node;        /* ds:Reference */
	struct _xmlNode *signature;   /* the ds:Signature it stands in */
	struct str uri, type;
	enum xref_target target;
	struct _xmlNode *apex;        /* XREF_SET; NULL: the document */
	bool comments;
	const struct source *source;  /* XREF_SOURCE */
	const struct sign_digest *alg;
	struct str digest;
	size_t nsteps;
	struct xref_step steps[XADES_TRANSFORMS_MAX];
};

/* Takes a ds:Reference apart. false: *why says what is malformed. */
bool xref_read(struct xades_ctx *c, struct _xmlNode *node, struct _xmlNode *signature,
               struct xref *ret, struct str *why);
/* The octets that are digested; a set that is left is made canonical by `last`. */
MUST struct result xref_pour(struct xades_ctx *c, const struct xref *r,
                             const struct xml_c14n *last, struct xml_sink sink, struct err *err);
bool xref_intact(struct xades_ctx *c, const struct xref *r);
struct str xref_name(struct xades_ctx *c, const struct xref *r); /* for the report */

/* Transform children of ds:Transforms, or a CanonicalizationMethod. */
bool xades_c14n_of(struct xades_ctx *c, const struct _xmlNode *method, struct xml_c14n *ret,
                   struct str *why);
MUST struct result xades_c14n_node(struct xades_ctx *c, struct _xmlNode *n,
                                   const struct xml_c14n *how, struct xml_sink sink,
                                   struct err *err);

/* A digest that takes pieces. */
struct xades_hash {
	void *md, *ctx;
	const struct sign_digest *alg;
};
/* false: this machine has no such algorithm. */
bool xades_hash_begin(struct xades_hash *h, const struct sign_digest *alg);
struct xml_sink xades_hash_sink(struct xades_hash *h);
struct str xades_hash_end(struct xades_hash *h, struct arena *a);
void xades_hash_drop(struct xades_hash *h);
#define XADES_HASH_AUTO __attribute__((cleanup(xades_hash_drop))) struct xades_hash
struct xml_sink xades_buf_sink(struct buf *b);
MUST struct result xades_pour_source(const struct source *s, struct xml_sink sink,
                                     struct err *err);

/* A signature's parts. */
struct xades_parts {
	struct _xmlNode *signature, *info, *value, *key_info;
	struct _xmlNode *qualifying, *properties, *signed_sig, *signed_data, *unsigned_sig;
	struct xml_c14n how;          /* of SignedInfo */
	size_t nrefs;
	struct xref *refs;
	struct str why;               /* malformed; "" */
};
void xades_parts_read(struct xades_ctx *c, struct _xmlNode *signature, struct xades_parts *ret);
static inline void xades_wrong(struct str *why, struct str what)
{
	if (!why->n)
		*why = what;
}

/* xades_signed.c: properties that the signer signed. */
struct xades_cert_digest {
	const struct sign_digest *alg;
	struct str value;
};
void xades_signed_read(struct xades_ctx *c, const struct xades_parts *p,
                       struct ades_signature *s);
/* How certificates are named; n 0 when they are not. */
size_t xades_cert_refs(struct xades_ctx *c, const struct xades_parts *p,
                       struct xades_cert_digest *ret, size_t most);

/* xades_unsigned.c: stamps, values, counter signatures. */
void xades_unsigned_read(struct xades_ctx *c, const struct xades_parts *p, size_t depth,
                         struct ades_signature *s);
/* What a time stamp property covers, poured. `stamp` is its element. */
bool xades_is_stamp(const struct _xmlNode *n, enum ades_stamp_kind *ret);
MUST struct result xades_stamp_pour(struct xades_ctx *c, const struct xades_parts *p,
                                    struct _xmlNode *stamp, struct xml_sink sink,
                                    struct err *err);

/* One ds:Signature and its counter signatures. */
void xades_signature_read(struct xades_ctx *c, struct _xmlNode *node, struct _xmlNode *over,
                          size_t depth, struct ades_signature *ret);
/* Signatures of a tree in its order, counter signatures left out. */
size_t xades_find(const struct xml_safe *x, struct _xmlNode **ret, size_t most);

#endif
