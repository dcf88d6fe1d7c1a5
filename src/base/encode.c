#include "base/encode.h"

#include <assert.h>

/* 2^bits characters; groups of `bytes` bytes make `chars` characters. */
static const struct codec {
	const char *name, *clause, *alphabet;
	unsigned bits, bytes, chars;
	bool padded, fold; /* fold: lower and upper case read alike */
} codecs[] = {
	[ENCODING_HEX] = { "hex", "RFC 4648 §8", "0123456789abcdef", 4, 1, 2, false, true },
	[ENCODING_BASE64] = { "base64", "RFC 4648 §4",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, 3, 4, true, false },
	[ENCODING_BASE64URL] = { "base64url", "RFC 4648 §5",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6, 3, 4, false, false },
	[ENCODING_BASE32] = { "base32", "RFC 4648 §6", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
		5, 5, 8, false, false },
};

size_t encode_len(enum encoding e, size_t n)
{
	const struct codec *c = &codecs[e];
	size_t rest = n % c->bytes;
	size_t whole = n / c->bytes * c->chars;
	if (rest == 0)
		return whole;
	return whole + (c->padded ? c->chars : (rest * 8 + c->bits - 1) / c->bits);
}

size_t encode_to(enum encoding e, const void *bytes, size_t n, char *out)
{
	const struct codec *c = &codecs[e];
	const unsigned char *p = bytes;
	uint32_t held = 0, mask = (1u << c->bits) - 1;
	unsigned have = 0;
	size_t at = 0;
	for (size_t i = 0; i < n; i++) {
		held = held << 8 | p[i];
		for (have += 8; have >= c->bits; have -= c->bits)
			out[at++] = c->alphabet[held >> (have - c->bits) & mask];
	}
	if (have)
		out[at++] = c->alphabet[held << (c->bits - have) & mask];
	while (c->padded && at % c->chars)
		out[at++] = '=';
	return at;
}

size_t decode_max(enum encoding e, size_t n)
{
	return n / codecs[e].chars * codecs[e].bytes + codecs[e].bytes;
}

static void reverse(const struct codec *c, signed char table[256])
{
	memset(table, -1, 256);
	for (int i = 0; c->alphabet[i]; i++) {
		unsigned char ch = (unsigned char)c->alphabet[i];
		table[ch] = (signed char)i;
		if (c->fold && ch >= 'a' && ch <= 'z')
			table[ch - 32] = (signed char)i;
	}
}

static struct result malformed(const struct codec *c, struct err *err, const char *expected)
{
	return fail(err, ERR_INPUT, "encode.malformed", c->clause, "%s: expected %s", c->name,
	            expected);
}

struct result decode_to(enum encoding e, struct str text, void *out, size_t *ret_n,
                        struct err *err)
{
	const struct codec *c = &codecs[e];
	signed char table[256];
	unsigned char *bytes = out;
	uint32_t held = 0;
	unsigned have = 0;
	size_t at = 0;
	reverse(c, table);
	if (c->padded) {
		if (text.n % c->chars)
			return malformed(c, err, "padding to a multiple of four");
		for (int i = 0; i < 2 && str_ends(text, STR("=")); i++)
			text.n--;
	}
	for (size_t i = 0; i < text.n; i++) {
		int v = table[(unsigned char)text.p[i]];
		if (v < 0)
			return malformed(c, err, "only characters of the alphabet");
		held = held << c->bits | (uint32_t)v;
		have += c->bits;
		if (have >= 8) {
			have -= 8;
			bytes[at++] = (unsigned char)(held >> have);
		}
	}
	if (have >= c->bits)
		return malformed(c, err, "a length that some bytes have");
	if (held & ((1u << have) - 1))
		return malformed(c, err, "no stray bits in the last character");
	*ret_n = at;
	return ok();
}

static struct str encode(struct arena *a, enum encoding e, struct str bytes)
{
	size_t n = encode_len(e, bytes.n);
	char *out = arena_alloc(a, n + 1);
	size_t wrote = encode_to(e, bytes.p, bytes.n, out);
	assert(wrote == n);
	return str_of(out, wrote);
}

static struct result decode(struct arena *a, enum encoding e, struct str text, struct str *ret,
                            struct err *err)
{
	char *out = arena_alloc(a, decode_max(e, text.n) + 1);
	size_t n;
	TRY(decode_to(e, text, out, &n, err));
	out[n] = 0;
	*ret = str_of(out, n);
	return ok();
}

struct str hex_encode(struct arena *a, struct str bytes)
{
	return encode(a, ENCODING_HEX, bytes);
}

struct result hex_decode(struct arena *a, struct str text, struct str *ret, struct err *err)
{
	return decode(a, ENCODING_HEX, text, ret, err);
}

struct str base64_encode(struct arena *a, struct str bytes)
{
	return encode(a, ENCODING_BASE64, bytes);
}

struct result base64_decode(struct arena *a, struct str text, struct str *ret, struct err *err)
{
	return decode(a, ENCODING_BASE64, text, ret, err);
}

struct str base64url_encode(struct arena *a, struct str bytes)
{
	return encode(a, ENCODING_BASE64URL, bytes);
}

struct result base64url_decode(struct arena *a, struct str text, struct str *ret,
                               struct err *err)
{
	return decode(a, ENCODING_BASE64URL, text, ret, err);
}

struct str base32_encode(struct arena *a, struct str bytes)
{
	return encode(a, ENCODING_BASE32, bytes);
}

struct result base32_decode(struct arena *a, struct str text, struct str *ret, struct err *err)
{
	return decode(a, ENCODING_BASE32, text, ret, err);
}

static bool unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

static struct str escape(struct arena *a, struct str s, bool plus)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += unreserved(s.p[i]) || (plus && s.p[i] == ' ') ? 1 : 3;
	char *out = arena_alloc(a, n + 1), *to = out;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (unreserved((char)c)) {
			*to++ = (char)c;
		} else if (plus && c == ' ') {
			*to++ = '+';
		} else {
			*to++ = '%';
			*to++ = hex[c >> 4];
			*to++ = hex[c & 15];
		}
	}
	return str_of(out, n);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct result unescape(struct arena *a, struct str s, bool plus, struct str *ret,
                              struct err *err)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			out[n++] = plus && s.p[i] == '+' ? ' ' : s.p[i];
			continue;
		}
		int high = s.n - i > 2 ? hex_value(s.p[i + 1]) : -1;
		int low = s.n - i > 2 ? hex_value(s.p[i + 2]) : -1;
		if (high < 0 || low < 0)
			return fail(err, ERR_INPUT, "encode.malformed", "RFC 3986 §2.1",
			            "expected two hex digits behind '%%'");
		out[n++] = (char)(high << 4 | low);
		i += 2;
	}
	*ret = str_of(out, n);
	return ok();
}

struct str percent_encode(struct arena *a, struct str s)
{
	return escape(a, s, false);
}

struct result percent_decode(struct arena *a, struct str s, struct str *ret, struct err *err)
{
	return unescape(a, s, false, ret, err);
}

struct str form_encode(struct arena *a, struct str s)
{
	return escape(a, s, true);
}

struct result form_decode(struct arena *a, struct str s, struct str *ret, struct err *err)
{
	return unescape(a, s, true, ret, err);
}
