/* The fixed sentences of a letter, in Japanese. */
#ifndef MUSUBI_LETTER_WORDING_H
#define MUSUBI_LETTER_WORDING_H

#include "base/arena.h"
#include "letter/letter.h"

/* 教示 in numbered paragraphs; at most 3. */
size_t wording_appeal(struct arena *a, const struct letter *l, struct str ret[3]);
/* Beside the QR code, or alone. Empty when there is neither seal nor code. */
struct str wording_proof(struct arena *a, const struct letter *l);
/* The characters of the seal, one a line; *ret_columns of them. */
MUST struct result wording_seal(struct arena *a, const struct letter *l, struct str *ret,
                                size_t *ret_columns, struct err *err);

#endif
