/* UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF
 * (RFC 3629 §3, §4; Unicode 15 table 3-7). */
#ifndef MUSUBI_BASE_UTF8_H
#define MUSUBI_BASE_UTF8_H

#include "base/buf.h"
#include "base/str.h"

/* Bytes (1 to 4) of the well-formed sequence at p, 0 when there is none within
 * `left` bytes. */
size_t utf8_seq(const char *p, size_t left);
bool utf8_valid(struct str s);
/* Takes the first code point off *rest. False at the end, and before the first
 * ill-formed byte (then *rest is not empty). */
bool utf8_next(struct str *rest, uint32_t *ret_cp);
/* A code point that is no surrogate; gives the number of bytes written. */
size_t utf8_put(char out[4], uint32_t cp);
void utf8_add(struct buf *b, uint32_t cp);
/* The longest prefix of at most n bytes that does not cut a sequence. */
struct str utf8_cut(struct str s, size_t n);

#endif
