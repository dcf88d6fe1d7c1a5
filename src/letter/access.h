/* What cairo leaves out of a tagged PDF, added by an incremental update. */
#ifndef MUSUBI_LETTER_ACCESS_H
#define MUSUBI_LETTER_ACCESS_H

#include "sign/pdf.h"

struct access {
	const char *lang;         /* "ja" */
	size_t nalts;
	const char *const *alts;  /* of the figures, in reading order */
};

/* Appends the file with its update to *out. */
MUST struct result access_add(struct arena *a, struct str pdf, const struct access *x,
                              struct buf *out, struct err *err);

#endif
