/* Inside of PAdES: one more revision of a file. */
#ifndef MUSUBI_SIGN_PADES_MAKE_H
#define MUSUBI_SIGN_PADES_MAKE_H

#include "sign/pades_priv.h"

/* What goes into the new signature field. */
struct pades_make {
	const struct pades_options *o;
	bool stamp;              /* a document time stamp: nothing but its token */
	int certify;
	size_t reserve;
	pades_sign_fn *sign;
	void *ctx;
};
/* The file with a signature, signed. *ret_at (may be NULL): where Contents stands in
 * the appended file, digits without brackets. */
MUST struct result pades_append(struct arena *a, struct str pdf, const struct pades_make *m,
                                struct buf *out, struct err *err);
/* The file with material in its DSS, and a VRI for every signature that has none. */
MUST struct result pades_append_dss(struct arena *a, struct str pdf, const struct ades_values *v,
                                    struct buf *out, struct err *err);
/* A CMS with one signer, and a signature time stamp in it (EN 319 122-1 §5.3). */
MUST struct result pades_stamp_cms(struct arena *a, struct str cms, const struct ades_options *o,
                                   struct str *ret, struct err *err);

#endif
