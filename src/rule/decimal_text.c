/* Decimal numbers as text, exactly: 34 digits in, 34 digits out. */
#include "rule/decimal.h"

#include <stdio.h>

/* Collects digits: 35 exact ones and a mark for anything beyond, which is all
 * that rounding half even to 34 needs. */
struct digits {
	unsigned __int128 coeff;
	int kept, exp;
	bool any;
};

static void digit_add(struct digits *d, char c, bool fraction)
{
	d->any = true;
	if (d->kept >= 36) {
		if (c != '0' && d->coeff % 10 == 0)
			d->coeff++; /* sticky: not exactly a half any more */
		d->exp += fraction ? 0 : 1;
		return;
	}
	d->coeff = d->coeff * 10 + (unsigned)(c - '0');
	if (d->coeff)
		d->kept++;
	d->exp -= fraction ? 1 : 0;
}

static bool exponent(struct str s, size_t i, int *ret)
{
	bool negative = false;
	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
		negative = s.p[i++] == '-';
	if (i == s.n)
		return false;
	int v = 0;
	for (; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v > 99999 ? v : v * 10 + (s.p[i] - '0');
	}
	*ret = negative ? -v : v;
	return true;
}

bool dec_from_text(struct str s, struct decimal *ret)
{
	struct digits d = { 0 };
	size_t i = 0;
	bool negative = s.n && s.p[0] == '-', fraction = false;
	int exp = 0;
	if (s.n > 100000)
		return false;
	for (i = negative; i < s.n; i++) {
		char c = s.p[i];
		if (c >= '0' && c <= '9')
			digit_add(&d, c, fraction);
		else if (c == '.' && !fraction && i + 1 < s.n && s.p[i + 1] >= '0' && s.p[i + 1] <= '9')
			fraction = true;
		else
			break;
	}
	if (!d.any)
		return false;
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		if (!exponent(s, i + 1, &exp))
			return false;
	} else if (i < s.n) {
		return false;
	}
	struct decimal v = dec_pack((struct dec_parts){ negative && d.coeff, d.coeff, d.exp + exp });
	if (!dec_finite(v))
		return false;
	*ret = v;
	return true;
}

static size_t put_zeros(char *out, size_t n, int count)
{
	if (count > 0)
		memset(out + n, '0', (size_t)count);
	return n + (count > 0 ? (size_t)count : 0);
}

size_t dec_to_text(struct decimal d, char out[DEC_TEXT_MAX])
{
	if (!dec_finite(d))
		return (size_t)snprintf(out, DEC_TEXT_MAX, "null");
	struct dec_parts p = dec_unpack(d);
	if (!p.coeff) {
		out[0] = '0';
		return 1;
	}
	while (p.exp < 0 && p.coeff % 10 == 0) {
		p.coeff /= 10;
		p.exp++;
	}
	char digits[40];
	int nd = 0;
	for (; p.coeff; p.coeff /= 10)
		digits[nd++] = (char)('0' + (int)(p.coeff % 10));
	size_t n = 0;
	if (p.negative)
		out[n++] = '-';
	int whole = nd + p.exp; /* digits before the point */
	if (whole <= 0)
		out[n++] = '0';
	for (int i = 0; i < nd; i++) {
		if (i == whole || (i == 0 && whole <= 0)) {
			out[n++] = '.';
			n = put_zeros(out, n, -whole);
		}
		out[n++] = digits[nd - 1 - i];
	}
	return put_zeros(out, n, p.exp);
}
