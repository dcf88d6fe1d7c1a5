#include "base/utf8.h"

#include <assert.h>

static bool is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

/* What the second byte may be depends on the first (Unicode 15, table 3-7). */
static bool second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xE0: return second >= 0xA0 && second <= 0xBF;
	case 0xED: return second >= 0x80 && second <= 0x9F;
	case 0xF0: return second >= 0x90 && second <= 0xBF;
	case 0xF4: return second >= 0x80 && second <= 0x8F;
	default: return is_tail(second);
	}
}

size_t utf8_seq(const char *s, size_t left)
{
	const unsigned char *p = (const unsigned char *)s;
	if (left == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	/* kana and kanji, where Japanese text spends its bytes */
	if (left >= 3 && p[0] >= 0xE3 && p[0] <= 0xE9)
		return is_tail(p[1]) && is_tail(p[2]) ? 3 : 0;
	size_t n = p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;
	if (n == 0 || left < n || !second_fits(p[0], p[1]))
		return 0;
	for (size_t i = 2; i < n; i++)
		if (!is_tail(p[i]))
			return 0;
	return n;
}

bool utf8_valid(struct str s)
{
	const uint64_t high = 0x8080808080808080u;
	size_t i = 0;
	while (i < s.n) {
		uint64_t word;
		if (s.n - i >= sizeof word) {
			memcpy(&word, s.p + i, sizeof word);
			if (!(word & high)) {
				i += sizeof word;
				continue;
			}
		}
		size_t n = utf8_seq(s.p + i, s.n - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

bool utf8_next(struct str *rest, uint32_t *ret_cp)
{
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t n = utf8_seq(rest->p, rest->n);
	switch (n) {
	case 0: return false;
	case 1: *ret_cp = p[0]; break;
	case 2: *ret_cp = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu); break;
	case 3: *ret_cp = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu); break;
	default:
		*ret_cp = (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 |
		          (p[3] & 0x3Fu);
	}
	*rest = str_from(*rest, n);
	return true;
}

size_t utf8_put(char out[4], uint32_t cp)
{
	assert(cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF));
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3F));
		cp >>= 6;
	}
	out[0] = (char)(lead[n] | cp);
	return n;
}

void utf8_add(struct buf *b, uint32_t cp)
{
	char out[4];
	size_t n = utf8_put(out, cp);
	buf_add(b, str_of(out, n));
}

struct str utf8_cut(struct str s, size_t n)
{
	if (n >= s.n)
		return s;
	while (n > 0 && is_tail((unsigned char)s.p[n]))
		n--;
	return str_of(s.p, n);
}
