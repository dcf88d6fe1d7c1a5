/* Inside the reader of PDF files: what pdf.c and pdf_xref.c share. */
#ifndef MUSUBI_SIGN_PDF_PRIV_H
#define MUSUBI_SIGN_PDF_PRIV_H

#include "sign/pdf.h"

MUST struct result pdf_bad(struct err *err, const char *clause, const char *what, uint64_t at);
struct pdf_lexer pdf_lexer_at(struct pdf *p, struct str src, size_t at);
bool pdf_get_uint(const struct pdf_value *dict, const char *key, uint64_t max, uint64_t *ret);
/* A big-endian number of `width` bytes. */
uint64_t pdf_field(struct str s, size_t from, size_t width);
/* "num gen obj value" at an offset; num or gen -1: any. in_xref: nothing else can be
 * looked up yet. */
MUST struct result pdf_object_at(struct pdf *p, size_t at, int64_t num, int64_t gen, bool in_xref,
                                 struct pdf_object *ret, struct err *err);

#endif
