/* The seal of a letter: a PAdES signature by incremental update.
 *
 * ETSI EN 319 142-1 (PAdES baseline B-B), ISO 32000-1 §12.8. Knows no keys:
 * the caller gives a function that signs bytes. The signature covers the whole
 * file but the place it stands in, and certifies it: no change is allowed
 * (DocMDP P 1). */
#ifndef MUSUBI_SIGN_PADES_H
#define MUSUBI_SIGN_PADES_H

#include "base/buf.h"
#include "sign/ades.h"

/* Any PDF's signatures, with what was changed after each (ades_read's reader). At most
 * PDF_BYTES_MAX (128 MiB); ERR_INPUT "pdf.encrypted" for encrypted files. `detached` is
 * not looked at. Document time stamps are time stamps of the signatures before them. */
MUST struct result pades_read(struct arena *a, const struct source *file,
                              const struct ades_detached *detached, struct ades_file *ret,
                              struct err *err);

/* Makes a detached CAdES CMS (DER) over the slices, one after the other. */
typedef struct result pades_sign_fn(void *ctx, const struct str *slices, size_t nslices,
                                    struct buf *ret_der, struct err *err);

enum { PADES_CMS_MAX = 65536 };

/* Where the signature's widget lies; PDF points, origin at the
 * lower left. width 0: there is none. */
struct pades_spot {
	uint32_t page; /* from 0 */
	double x, y, width, height;
};

struct pades_options {
	int64_t time;            /* microseconds UTC: /M, the claimed time of sealing */
	struct str name;         /* who seals: 加賀市長 */
	struct str reason;       /* 電子公印 */
	struct str place;        /* /Location */
	struct str field;        /* pades_sign: an empty field of that name, or a new one; "": new */
	int certify;             /* pades_sign: 1 to 3, what is allowed later (DocMDP P); 0: nothing said */
	struct pades_spot spot;  /* where the widget lies; width 0: invisible */
	size_t reserve;          /* bytes kept for the CMS; 0: enough, PADES_CMS_MAX at most */
	pades_sign_fn *sign;
	void *ctx;
};

/* Appends the sealed file to *out (a buffer of its own, not pdf's). A file that
 * is signed already, or not of our own making, is refused: ERR_INPUT. */
MUST struct result pades_seal(struct str pdf, const struct pades_options *o, struct buf *out,
                              struct err *err);

/* A signature in any PDF up to PDF_BYTES_MAX, signed already or not, at a level from B
 * to LTA (EN 319 142-1 §6.2): ades gives the signer, and from T on the time-stamping
 * authority, from LT on the material, which goes into the DSS. o->sign may be NULL: then
 * pades_sign_cms with ades->signer. Appends to *out. ERR_CONFLICT "pades.certified"
 * when a signature of the file forbids further ones, or it is signed and o certifies;
 * "pades.field" when the field is signed already or no signature field. */
MUST struct result pades_sign(struct str pdf, const struct pades_options *o,
                              const struct ades_options *ades, struct buf *out, struct err *err);
/* Brings a signed file further: LT adds ades->material to the DSS, T and LTA a document
 * time stamp over all that is there (LTA with the material first, when there is some).
 * Again and again: that is how archive time stamps are renewed. */
MUST struct result pades_extend(struct str pdf, const struct ades_options *ades, struct buf *out,
                                struct err *err);

/* The usual signer: trust_cms_sign_detached. ctx: a struct cms_signer. */
MUST struct result pades_sign_cms(void *ctx, const struct str *slices, size_t nslices,
                                  struct buf *ret_der, struct err *err);

/* The signature of a file, found and checked for shape, not yet for truth. */
struct pades_signature {
	struct str cms;        /* DER, trailing zeros of the reserve removed */
	struct str covered[2]; /* the signed bytes */
	struct str name, reason, sub_filter; /* UTF-8 */
	struct str time;       /* PDF date of /M as written */
	int64_t at;            /* /M in microseconds UTC; INT64_MIN when absent or malformed */
};

enum pades_shape {
	PADES_OK,
	PADES_UNSIGNED,
	PADES_PARTIAL,   /* the signature does not cover the whole file */
	PADES_SEVERAL,   /* more than one signature: not a letter of ours */
	PADES_MALFORMED, /* what was signed cannot be told */
};

/* ERR_INPUT when the bytes are no PDF this reader understands. Slices point
 * into pdf, the rest lives in a. */
MUST struct result pades_find(struct arena *a, struct str pdf, enum pades_shape *ret_shape,
                              struct pades_signature *ret, struct err *err);

#endif
