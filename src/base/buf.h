/* A byte buffer that grows up to a stated maximum.
 *
 * Appending past the maximum sets the sticky `over` and appends nothing more:
 * check buf_over() once at the end. Not for secrets (crypto/secret.h is). */
#ifndef MUSUBI_BASE_BUF_H
#define MUSUBI_BASE_BUF_H

#include "base/str.h"
#include "base/err.h"

struct buf {
	char *p;
	size_t n, cap, max;
	bool over;
};

void buf_init(struct buf *b, size_t max); /* bytes */
void buf_done(struct buf *b);
void buf_clear(struct buf *b); /* keeps the memory */
static inline bool buf_over(const struct buf *b) { return b->over; }
static inline struct str buf_str(const struct buf *b) { return str_of(b->p ? b->p : "", b->n); }

void buf_add(struct buf *b, struct str s);
void buf_add_char(struct buf *b, char c);
void buf_add_c(struct buf *b, const char *c);
void buf_add_u64(struct buf *b, uint64_t v);
void buf_add_i64(struct buf *b, int64_t v);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
/* Room for n more bytes, or NULL (and `over`); then buf_grow by what was written. */
char *buf_reserve(struct buf *b, size_t n);
void buf_grow(struct buf *b, size_t n);
void buf_drop_front(struct buf *b, size_t n);

#define BUF_AUTO __attribute__((cleanup(buf_done))) struct buf

#endif
