#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_done(struct buf *b)
{
	mem_free(b->p);
	*b = (struct buf){ .max = b->max };
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
}

char *buf_reserve(struct buf *b, size_t n)
{
	if (b->over || n > b->max - b->n) {
		b->over = true;
		return NULL;
	}
	if (!b->p || b->cap - b->n < n) {
		size_t cap = b->cap ? b->cap * 2 : 256;
		while (cap - b->n < n)
			cap *= 2;
		b->p = mem_resize(b->p, cap);
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_grow(struct buf *b, size_t n)
{
	assert(n <= b->cap - b->n);
	b->n += n;
}

void buf_add(struct buf *b, struct str s)
{
	char *p = buf_reserve(b, s.n);
	if (p && s.n) {
		memcpy(p, s.p, s.n);
		b->n += s.n;
	}
}

void buf_add_char(struct buf *b, char c)
{
	char *p = buf_reserve(b, 1);
	if (p) {
		*p = c;
		b->n++;
	}
}

void buf_add_c(struct buf *b, const char *c)
{
	buf_add(b, str_c(c));
}

void buf_add_u64(struct buf *b, uint64_t v)
{
	buf_printf(b, "%llu", (unsigned long long)v);
}

void buf_add_i64(struct buf *b, int64_t v)
{
	buf_printf(b, "%lld", (long long)v);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	char *p = buf_reserve(b, (size_t)n + 1);
	if (!p)
		return;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void buf_drop_front(struct buf *b, size_t n)
{
	assert(n <= b->n);
	if (b->n > n)
		memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
}
