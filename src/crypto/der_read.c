/* Strict reading of DER. Every function leaves the cursor sound and advanced,
 * or bad and empty; nothing is read beyond `end`. */
#include "crypto/der.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

struct der_in der_read(struct str s)
{
	const uint8_t *p = (const uint8_t *)(s.p ? s.p : "");
	return (struct der_in){ p, p + s.n, false };
}

void der_fault(struct der_in *in)
{
	in->bad = true;
	in->p = in->end;
}

int der_peek(const struct der_in *in)
{
	return in->bad || in->p == in->end ? -1 : *in->p;
}

/* X.690 §8.1.3, §10.1: reads tag and length, gives the header's size. */
static bool header(const struct der_in *in, size_t *ret_head, size_t *ret_n)
{
	size_t left = (size_t)(in->end - in->p), n, head = 2;
	if (left < 2 || (in->p[0] & 0x1f) == 0x1f)
		return false;
	n = in->p[1];
	if (n & 0x80) {
		unsigned k = n & 0x7f;
		if (k == 0 || k > 4 || left < 2 + (size_t)k || in->p[2] == 0)
			return false;
		n = 0;
		for (unsigned i = 0; i < k; i++)
			n = n << 8 | in->p[2 + i];
		head += k;
		if (n < 0x80)
			return false;
	}
	*ret_head = head;
	*ret_n = n;
	return n <= left - head;
}

static struct str take(struct der_in *in, int tag, bool whole)
{
	size_t head, n;
	int found = der_peek(in);
	if (found < 0 || (tag != 0 && found != tag) || !header(in, &head, &n)) {
		der_fault(in);
		return STR("");
	}
	const char *p = (const char *)in->p;
	in->p += head + n;
	return whole ? str_of(p, head + n) : str_of(p + head, n);
}

struct str der_get(struct der_in *in, int tag)
{
	return take(in, tag, false);
}

struct str der_get_raw(struct der_in *in, int tag)
{
	return take(in, tag, true);
}

bool der_maybe(struct der_in *in, int tag, struct str *ret)
{
	if (der_peek(in) != tag)
		return false;
	*ret = der_get(in, tag);
	return !in->bad;
}

struct der_in der_enter(struct der_in *in, int tag)
{
	struct der_in inner = der_read(der_get(in, tag));
	inner.bad = in->bad;
	return inner;
}

void der_leave(struct der_in *in, const struct der_in *inner)
{
	if (!der_done(inner))
		der_fault(in);
}

bool der_done(const struct der_in *in)
{
	return !in->bad && in->p == in->end;
}

/* X.690 §8.19; minimal base-128, arcs below 2^62. */
static bool oid_text(struct str s, char ret[DER_OID_TEXT])
{
	size_t n = 0;
	uint64_t v = 0;
	bool first = true, inside = false;
	if (s.n == 0 || (uint8_t)s.p[s.n - 1] & 0x80)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];
		if ((!inside && c == 0x80) || v >> 55)
			return false;
		v = v << 7 | (c & 0x7f);
		inside = c & 0x80;
		if (inside)
			continue;
		uint64_t root = v < 40 ? 0 : v < 80 ? 1 : 2;
		int k = first ? snprintf(ret, DER_OID_TEXT, "%" PRIu64 ".%" PRIu64, root, v - root * 40)
		              : snprintf(ret + n, DER_OID_TEXT - n, ".%" PRIu64, v);
		n += (size_t)k;
		if (n >= DER_OID_TEXT)
			return false;
		first = false;
		v = 0;
	}
	return true;
}

void der_get_oid(struct der_in *in, char ret[DER_OID_TEXT])
{
	char text[DER_OID_TEXT] = "";
	struct str s = der_get(in, DER_OID);
	if (!in->bad && !oid_text(s, text))
		der_fault(in);
	if (in->bad)
		text[0] = 0;
	memcpy(ret, text, sizeof text);
}

struct str der_get_int(struct der_in *in)
{
	struct str s = der_get(in, DER_INTEGER);
	if (in->bad)
		return s;
	bool padded = s.n > 1 && ((s.p[0] == 0 && !((uint8_t)s.p[1] & 0x80)) ||
	                          ((uint8_t)s.p[0] == 0xff && (uint8_t)s.p[1] & 0x80));
	if (s.n == 0 || padded) {
		der_fault(in);
		return STR("");
	}
	return s;
}

uint64_t der_get_uint(struct der_in *in)
{
	struct str s = der_get_int(in);
	uint64_t v = 0;
	if (in->bad)
		return 0;
	if (s.n > 8 || (uint8_t)s.p[0] & 0x80) {
		der_fault(in);
		return 0;
	}
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | (uint8_t)s.p[i];
	return v;
}

bool der_get_bool(struct der_in *in)
{
	struct str s = der_get(in, DER_BOOLEAN);
	if (!in->bad && (s.n != 1 || (s.p[0] != 0 && (uint8_t)s.p[0] != 0xff)))
		der_fault(in);
	return !in->bad && s.p[0] != 0;
}

void der_get_null(struct der_in *in)
{
	if (der_get(in, DER_NULL).n != 0)
		der_fault(in);
}

struct str der_get_bits(struct der_in *in)
{
	struct str s = der_get(in, DER_BITS);
	if (in->bad || s.n == 0 || s.p[0] != 0) {
		der_fault(in);
		return STR("");
	}
	return str_from(s, 1);
}

unsigned der_get_named_bits(struct der_in *in)
{
	struct str s = der_get(in, DER_BITS);
	unsigned v = 0, unused;
	if (in->bad || s.n == 0 || s.n > 3 || (uint8_t)s.p[0] > 7) {
		der_fault(in);
		return 0;
	}
	unused = (uint8_t)s.p[0];
	/* X.690 §11.2.2: the last bit of a named list is a one */
	bool minimal = s.n == 1 ? unused == 0 : ((uint8_t)s.p[s.n - 1] & (0xffu >> (8 - unused))) == 0 &&
	                                        (uint8_t)s.p[s.n - 1] >> unused & 1;
	if (!minimal) {
		der_fault(in);
		return 0;
	}
	for (unsigned i = 0; i < 8 * (s.n - 1); i++)
		if ((uint8_t)s.p[1 + i / 8] & (0x80u >> i % 8))
			v |= 1u << i;
	return v;
}

static int two(const char *p)
{
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* YYYYMMDDHHMMSS: microseconds, with *ok when all are digits of a real time. */
static int64_t stamp(const char d[14], bool *ok)
{
	struct tm tm = { 0 }, back;
	for (int i = 0; i < 14; i++)
		if (d[i] < '0' || d[i] > '9')
			return 0;
	tm.tm_year = two(d) * 100 + two(d + 2) - 1900;
	tm.tm_mon = two(d + 4) - 1;
	tm.tm_mday = two(d + 6);
	tm.tm_hour = two(d + 8);
	tm.tm_min = two(d + 10);
	tm.tm_sec = two(d + 12);
	back = tm;
	time_t t = timegm(&back);
	*ok = back.tm_mon == tm.tm_mon && back.tm_mday == tm.tm_mday && back.tm_hour == tm.tm_hour &&
	      back.tm_min == tm.tm_min && back.tm_sec == tm.tm_sec;
	return (int64_t)t * 1000000;
}

int64_t der_get_time(struct der_in *in)
{
	bool utc = der_peek(in) == DER_UTCTIME, good = false;
	struct str s = der_get(in, utc ? DER_UTCTIME : DER_GENTIME);
	int64_t us = 0;
	char d[14];
	if (!in->bad && s.n == (utc ? 13u : 15u) && s.p[s.n - 1] == 'Z') {
		memcpy(d, s.p[0] >= '5' ? "19" : "20", 2);
		memcpy(utc ? d + 2 : d, s.p, utc ? 12 : 14);
		us = stamp(d, &good);
		/* RFC 5280 §4.1.2.5: 2050 and later, and only those, are GeneralizedTime */
		good = good && (utc || memcmp(d, "2050", 4) >= 0);
	}
	if (!good)
		der_fault(in);
	return good ? us : 0;
}
