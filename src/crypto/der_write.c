/* Writing DER. der_open leaves one byte for the length; der_close moves the
 * content when it needs more. Objects here are a few kilobytes at most, so the
 * move costs less than a first pass to measure would. */
#include "crypto/der.h"

#include <assert.h>
#include <time.h>

void der_init(struct der *d, struct buf *b)
{
	*d = (struct der){ .b = b };
}

void der_open(struct der *d, int tag)
{
	assert(d->depth < DER_DEPTH);
	buf_add_char(d->b, (char)tag);
	buf_add_char(d->b, 0);
	d->at[d->depth++] = d->b->n;
}

static unsigned length_octets(size_t n)
{
	unsigned k = 1;
	while (n >> (8 * k))
		k++;
	return k;
}

void der_close(struct der *d)
{
	assert(d->depth > 0);
	size_t at = d->at[--d->depth];
	if (d->b->over)
		return;
	size_t n = d->b->n - at;
	if (n < 0x80) {
		d->b->p[at - 1] = (char)n;
		return;
	}
	unsigned k = length_octets(n);
	if (!buf_reserve(d->b, k))
		return;
	buf_grow(d->b, k);
	memmove(d->b->p + at + k, d->b->p + at, n);
	d->b->p[at - 1] = (char)(0x80 | k);
	for (unsigned i = 0; i < k; i++)
		d->b->p[at + i] = (char)(n >> (8 * (k - 1 - i)));
}

void der_put(struct der *d, int tag, struct str content)
{
	der_open(d, tag);
	buf_add(d->b, content);
	der_close(d);
}

void der_raw(struct der *d, struct str encoded)
{
	buf_add(d->b, encoded);
}

static uint64_t arc(const char **p)
{
	uint64_t v = 0;
	assert(**p >= '0' && **p <= '9');
	for (; **p >= '0' && **p <= '9'; ++*p)
		v = v * 10 + (uint64_t)(**p - '0');
	if (**p == '.')
		++*p;
	return v;
}

static void base128(struct buf *b, uint64_t v)
{
	unsigned shift = 0;
	while (shift < 63 && v >> shift >> 7)
		shift += 7;
	for (; shift; shift -= 7)
		buf_add_char(b, (char)(0x80 | (v >> shift & 0x7f)));
	buf_add_char(b, (char)(v & 0x7f));
}

void der_put_oid(struct der *d, const char *dotted)
{
	uint64_t first = arc(&dotted);
	der_open(d, DER_OID);
	base128(d->b, first * 40 + arc(&dotted));
	while (*dotted)
		base128(d->b, arc(&dotted));
	der_close(d);
}

void der_put_bytes_int(struct der *d, struct str v)
{
	while (v.n > 1 && v.p[0] == 0)
		v = str_from(v, 1);
	der_open(d, DER_INTEGER);
	if (v.n == 0 || (uint8_t)v.p[0] & 0x80)
		buf_add_char(d->b, 0);
	buf_add(d->b, v);
	der_close(d);
}

void der_put_uint(struct der *d, uint64_t v)
{
	char be[8];
	for (int i = 0; i < 8; i++)
		be[i] = (char)(v >> (56 - 8 * i));
	der_put_bytes_int(d, str_of(be, 8));
}

void der_put_true(struct der *d)
{
	der_put(d, DER_BOOLEAN, STR("\xff"));
}

void der_put_null(struct der *d)
{
	der_put(d, DER_NULL, STR(""));
}

void der_put_bits(struct der *d, struct str bytes)
{
	der_open(d, DER_BITS);
	buf_add_char(d->b, 0);
	buf_add(d->b, bytes);
	der_close(d);
}

void der_put_named_bits(struct der *d, unsigned v)
{
	assert(v < 1u << 16);
	unsigned top = 0, n = 0;
	char bits[3] = { 0 };
	for (unsigned i = 0; i < 16; i++) {
		if (!(v >> i & 1))
			continue;
		bits[1 + i / 8] = (char)(bits[1 + i / 8] | 0x80 >> i % 8);
		n = i / 8 + 1;
		top = i % 8;
	}
	bits[0] = n ? (char)(7 - top) : 0;
	der_put(d, DER_BITS, str_of(bits, n + 1));
}

static void put_time(struct der *d, int64_t us, bool general)
{
	/* floor, so that a time before the epoch does not gain a second */
	time_t t = (time_t)(us / 1000000 - (us % 1000000 < 0));
	struct tm tm = { 0 };
	gmtime_r(&t, &tm);
	assert(tm.tm_year >= 50 && tm.tm_year < 8100);
	bool utc = !general && tm.tm_year < 150;
	der_open(d, utc ? DER_UTCTIME : DER_GENTIME);
	if (utc)
		buf_printf(d->b, "%02d", tm.tm_year % 100);
	else
		buf_printf(d->b, "%04d", tm.tm_year + 1900);
	buf_printf(d->b, "%02d%02d%02d%02d%02dZ", tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	           tm.tm_sec);
	der_close(d);
}

void der_put_time(struct der *d, int64_t us)
{
	put_time(d, us, false);
}

void der_put_gentime(struct der *d, int64_t us)
{
	put_time(d, us, true);
}
