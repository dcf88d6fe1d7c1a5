/* BER (X.690 §8) made definite. Only lengths and the pieces of octet strings
 * change; an element without either inside is copied as it stands. Depth, size
 * and tags are bounded: single-byte tags, as everywhere in these formats. */
#include "sign/cms_read.h"

struct element {
	int tag;
	bool indefinite, constructed;
	struct str content; /* definite only */
	size_t head, all;   /* bytes of the header; of the whole element (definite only) */
};

static bool open_element(struct str s, struct element *ret)
{
	if (s.n < 2 || ((uint8_t)s.p[0] & 0x1f) == 0x1f)
		return false;
	size_t n = (uint8_t)s.p[1], head = 2;
	*ret = (struct element){ .tag = (uint8_t)s.p[0], .indefinite = n == 0x80,
		.constructed = s.p[0] & 0x20, .head = 2 };
	if (ret->indefinite)
		return ret->constructed;
	if (n & 0x80) {
		size_t k = n & 0x7f;
		if (k > 4 || s.n < 2 + k)
			return false;
		n = 0;
		for (size_t i = 0; i < k; i++)
			n = n << 8 | (uint8_t)s.p[2 + i];
		head += k;
	}
	if (n > s.n - head)
		return false;
	ret->head = head;
	ret->all = head + n;
	ret->content = str_sub(s, head, n);
	return true;
}

static bool at_end(struct str s)
{
	return s.n >= 2 && s.p[0] == 0 && s.p[1] == 0;
}

/* Nothing inside needs a change? Content that is no sequence of elements does not
 * (a constructed tag over garbage fails later, where it is read). */
static bool plain(struct str s, unsigned depth)
{
	struct element e;
	while (s.n) {
		if (!open_element(s, &e))
			return true;
		if (e.indefinite || e.tag == (DER_OCTETS | 0x20) || depth == 0)
			return false;
		if (e.constructed && !plain(e.content, depth - 1))
			return false;
		s = str_from(s, e.all);
	}
	return true;
}

static bool convert(struct str *in, struct der *out, unsigned depth);

/* Elements up to the end of *in, or its end-of-contents. */
static bool convert_all(struct str *in, bool indefinite, struct der *out, unsigned depth)
{
	while (in->n && !(indefinite && at_end(*in)))
		if (!convert(in, out, depth))
			return false;
	if (!indefinite)
		return true;
	bool closed = at_end(*in);
	*in = str_from(*in, 2);
	return closed;
}

/* The pieces of a constructed octet string (§8.7.3), themselves maybe constructed. */
static bool join(struct str *in, bool indefinite, struct der *out, unsigned depth)
{
	struct element e;
	while (in->n && !(indefinite && at_end(*in))) {
		if (depth == 0 || !open_element(*in, &e) || (e.tag & ~0x20) != DER_OCTETS)
			return false;
		struct str inner = e.indefinite ? str_from(*in, 2) : e.content;
		if (!e.constructed)
			buf_add(out->b, e.content);
		else if (!join(&inner, e.indefinite, out, depth - 1))
			return false;
		*in = e.indefinite ? inner : str_from(*in, e.all);
	}
	if (!indefinite)
		return true;
	bool closed = at_end(*in);
	*in = str_from(*in, 2);
	return closed;
}

static bool convert(struct str *in, struct der *out, unsigned depth)
{
	struct element e;
	if (depth == 0 || !open_element(*in, &e))
		return false;
	bool octets = e.tag == (DER_OCTETS | 0x20);
	if (!e.indefinite && !octets && (!e.constructed || plain(e.content, depth - 1))) {
		der_raw(out, str_sub(*in, 0, e.all));
		*in = str_from(*in, e.all);
		return true;
	}
	struct str inner = e.indefinite ? str_from(*in, 2) : e.content;
	der_open(out, octets ? DER_OCTETS : e.tag);
	bool good = octets ? join(&inner, e.indefinite, out, depth - 1)
	                   : convert_all(&inner, e.indefinite, out, depth - 1);
	der_close(out);
	*in = e.indefinite ? inner : str_from(*in, e.all);
	return good;
}

struct result ber_to_der(struct arena *a, struct str ber, struct str *ret, struct err *err)
{
	struct element e;
	BUF_AUTO b;
	struct der d;
	struct str rest = ber;
	buf_init(&b, ber.n / 2 * 3 + 1024);
	if (ber.n > BER_BYTES_MAX)
		return fail(err, ERR_TOO_LARGE, "sign.cms", NULL, "%zu bytes of BER", ber.n);
	if (open_element(ber, &e) && !e.indefinite && plain(str_sub(ber, 0, e.all), BER_DEPTH_MAX)) {
		*ret = ber;
		return ok();
	}
	der_init(&d, &b);
	if (!convert(&rest, &d, BER_DEPTH_MAX - 1) || buf_over(&b))
		return fail(err, ERR_INPUT, "sign.cms", "X.690 §8.1", "not BER, or nested too deeply");
	buf_add(&b, rest);
	if (arena_left(a) < b.n)
		return fail(err, ERR_TOO_LARGE, "sign.cms", NULL, "%zu bytes of BER", ber.n);
	*ret = arena_str(a, buf_str(&b));
	return ok();
}
