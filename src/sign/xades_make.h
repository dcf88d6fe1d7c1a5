/* Inside of the room: making XML signatures. */
#ifndef MUSUBI_SIGN_XADES_MAKE_H
#define MUSUBI_SIGN_XADES_MAKE_H

#include "sign/xades_priv.h"

enum { XADES_MAKE_REFS = 256, XADES_MADE_MAX = 48 << 20 };

/* A reference to be made. */
struct xades_ref_plan {
	struct str uri, mime;
	const char *type;         /* or NULL */
	const char *transforms[3]; /* NULL ends them */
};
struct xades_plan {
	const struct ades_options *o;
	const struct xades_form *form;
	struct str id;            /* of the signature; its parts' Ids begin with it */
	size_t nrefs;
	struct xades_ref_plan refs[XADES_MAKE_REFS];
	struct str enveloped;     /* base64 content of an Object "ID-object", or "" */
	enum sig_alg alg;
};
/* Names that are new in this document. */
void xades_plan_init(struct arena *a, const struct xml_safe *x, const struct ades_options *o,
                     const struct xades_form *form, struct xades_plan *ret);
void xades_plan_add(struct xades_plan *p, struct str uri, const char *type, struct str mime,
                    const char *first, const char *second);
/* ds:Signature with empty digests and value. */
MUST struct result xades_write(struct arena *a, const struct xades_plan *p, struct buf *ret,
                               struct err *err);
/* Fills them in and makes the value: node stands where it will stay. */
MUST struct result xades_fill(struct xades_ctx *c, const struct xades_plan *p,
                              struct _xmlNode *node, struct err *err);
/* Everything from T on, of one signature. */
MUST struct result xades_raise(struct xades_ctx *c, struct _xmlNode *node,
                               const struct ades_options *o, struct err *err);
/* UnsignedSignatureProperties, made when missing. */
MUST struct result xades_unsigned_node(struct xades_ctx *c, struct xades_parts *p,
                                       struct _xmlNode **ret, struct err *err);
/* Does every signature of the document still hold over what is signed? */
MUST struct result xades_all_intact(struct xades_ctx *c, struct err *err);

#define XADES_NAMESPACES " xmlns:ds=\"" DS "\" xmlns:xades=\"" XADES132 "\" xmlns:xades141=\"" \
	XADES141 "\""

#endif
