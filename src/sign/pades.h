/* The seal of a letter: a PAdES signature by incremental update.
 *
 * ETSI EN 319 142-1 (PAdES baseline B-B), ISO 32000-1 §12.8. Knows no keys:
 * the caller gives a function that signs bytes. The signature covers the whole
 * file but the place it stands in, and certifies it: no change is allowed
 * (DocMDP P 1). */
#ifndef MUSUBI_SIGN_PADES_H
#define MUSUBI_SIGN_PADES_H

#include "base/arena.h"
#include "base/buf.h"

/* Makes a detached CAdES CMS (DER) over the slices, one after the other. */
typedef struct result pades_sign_fn(void *ctx, const struct str *slices, size_t nslices,
                                    struct buf *ret_der, struct err *err);

enum { PADES_CMS_MAX = 32768 };

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
	struct pades_spot spot; /* where the widget lies; width 0: invisible */
	size_t reserve;          /* bytes kept for the CMS; 0: 8192, PADES_CMS_MAX at most */
	pades_sign_fn *sign;
	void *ctx;
};

/* Appends the sealed file to *out (a buffer of its own, not pdf's). A file that
 * is signed already, or not of our own making, is refused: ERR_INPUT. */
MUST struct result pades_seal(struct str pdf, const struct pades_options *o, struct buf *out,
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
