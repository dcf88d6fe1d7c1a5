/* XML signatures and XAdES (ETSI EN 319 132-1 V1.3.1, XML Signature 1.1).
 *
 * Decision: the canonical form is libxml2's, the processing of references is
 * ours and not xmlsec's. What a wrapping attack lives on is freedom: several
 * elements with one Id, transforms that pick what is digested, content that a
 * program reads elsewhere than where it was signed. So an Id names exactly one
 * element or the signature is malformed, transforms come from a short list,
 * every signed thing is named in the report by where it stands, and
 * SignedProperties must be this signature's own. xmlsec1 judges what we make
 * in the tests.
 *
 * Refused, said so in `malformed`: XSLT, XPath but for "without signatures",
 * HMAC, truncated digests, references to the signature's own SignedInfo, XAdES
 * before 1.3.2. */
#ifndef MUSUBI_SIGN_XADES_H
#define MUSUBI_SIGN_XADES_H

#include "sign/ades.h"

/* ERR_INPUT when the file is no XML that this house reads (sign/xml_safe.h). */
MUST struct result xades_read(struct arena *a, const struct source *file,
                              const struct ades_detached *detached, struct ades_file *ret,
                              struct err *err);

/* How a signature is written, where people differ. */
struct xades_form {
	const char *name;        /* "xades" */
	const char *prefix;      /* of XML Signature's namespace; "": the default one */
	const char *c14n;        /* of SignedInfo and of elements */
	bool properties;         /* XAdES; false: plain XML Signature */
	bool id_time;            /* Signature Id: the time in Japan, 14 digits */
	const char *part;        /* Id of the element to sign; NULL: the whole document */
	const char *wrapper;     /* element that holds signatures, made when missing; or NULL */
	const char *after;       /* the child of the root behind which it is made */
};
extern const struct xades_form xades_form_baseline;
/* 署名情報 behind 構成情報 in e-Gov's 構成管理XML, the attached files beside it. */
extern const struct xades_form xades_form_egov;

/* file: the XML to be signed (ENVELOPED), or any bytes (ENVELOPING, as base64);
 * further files are signed detached, by name. With DETACHED, file may
 * be NULL. form NULL: baseline. *ret is an XML document. */
MUST struct result xades_sign(struct arena *a, const struct source *file,
                              const struct ades_detached *detached, const struct ades_options *o,
                              const struct xades_form *form, struct str *ret, struct err *err);
/* Another signature over the value of signature `of` (as in ades_file). */
MUST struct result xades_counter(struct arena *a, const struct source *file, size_t of,
                                 const struct ades_options *o, struct str *ret, struct err *err);
/* Raises every signature of the file to o->level; with LTA over LTA, renews. */
MUST struct result xades_extend(struct arena *a, const struct source *file,
                                const struct ades_detached *detached,
                                const struct ades_options *o, struct str *ret, struct err *err);

#endif
