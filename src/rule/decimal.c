/* decimal128 through gcc's _Decimal128 (libgcc's BID routines). The only file
 * that uses the type; a clang build compiles this one file with gcc.
 *
 * IEEE 754-2008 §3.5.2, binary encoding: high word = sign(1) exponent(14,
 * bias 6176) coefficient(49), low word = the other 64 bits. An integer n below
 * 2^63 therefore has the high word 0x3040… and n as its low word, which is how
 * the fast path knows it. */
#include "rule/decimal.h"

#define SIGN_BIT (1ULL << 63)
#define INT_HIGH 0x3040000000000000ULL /* exponent 0, no high coefficient bits */

enum { BIAS = 6176, EXP_MAX = 12287 };

static const unsigned __int128 COEFF_MAX =
	(unsigned __int128)10000000000000000ULL * 1000000000000000000ULL - 1; /* 10^34 - 1 */

_Static_assert(sizeof(_Decimal128) == sizeof(struct decimal), "BID128 in two words");

static _Decimal128 wide(struct decimal d)
{
	_Decimal128 v;
	memcpy(&v, &d, sizeof v);
	return v;
}

static struct decimal narrow(_Decimal128 v)
{
	struct decimal d;
	memcpy(&d, &v, sizeof d);
	return d;
}

static bool small(struct decimal d, int64_t *ret)
{
	if ((d.w[1] & ~SIGN_BIT) != INT_HIGH || (d.w[0] & SIGN_BIT))
		return false;
	*ret = d.w[1] & SIGN_BIT ? -(int64_t)d.w[0] : (int64_t)d.w[0];
	return true;
}

struct decimal dec_int(int64_t v)
{
	uint64_t mag = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	return (struct decimal){ { mag, INT_HIGH | (v < 0 ? SIGN_BIT : 0) } };
}

bool dec_finite(struct decimal d)
{
	return (d.w[1] >> 59 & 15) != 15; /* combination 11110…, 11111…: infinity, NaN */
}

struct dec_parts dec_unpack(struct decimal d)
{
	struct dec_parts p = { .negative = (d.w[1] & SIGN_BIT) != 0 };
	if ((d.w[1] >> 61 & 3) == 3) { /* a coefficient past 10^34: reads as zero */
		p.exp = (int)(d.w[1] >> 47 & 0x3fff) - BIAS;
		return p;
	}
	p.exp = (int)(d.w[1] >> 49 & 0x3fff) - BIAS;
	p.coeff = (unsigned __int128)(d.w[1] & 0x1ffffffffffffULL) << 64 | d.w[0];
	if (p.coeff > COEFF_MAX)
		p.coeff = 0;
	return p;
}

/* One digit off the end, remembering what was lost: 0, below, at, above half. */
static int drop_digit(unsigned __int128 *coeff, int lost)
{
	unsigned digit = (unsigned)(*coeff % 10);
	*coeff /= 10;
	if (digit == 0)
		return lost ? 1 : 0;
	if (digit == 5)
		return lost ? 3 : 2;
	return digit < 5 ? 1 : 3;
}

struct decimal dec_pack(struct dec_parts p)
{
	int lost = 0;
	while (p.coeff > COEFF_MAX || (p.exp < -BIAS && p.coeff)) {
		lost = drop_digit(&p.coeff, lost);
		p.exp++;
	}
	if (p.exp < -BIAS)
		lost = 0; /* nothing is left, and what was lost is far below half */
	if (lost == 3 || (lost == 2 && (p.coeff & 1)))
		if (++p.coeff > COEFF_MAX) {
			p.coeff /= 10;
			p.exp++;
		}
	if (!p.coeff)
		p.exp = p.exp < -BIAS ? -BIAS : p.exp > EXP_MAX - BIAS ? EXP_MAX - BIAS : p.exp;
	while (p.exp > EXP_MAX - BIAS && p.coeff <= COEFF_MAX / 10) {
		p.coeff *= 10;
		p.exp--;
	}
	if (p.exp > EXP_MAX - BIAS)
		return (struct decimal){ { 0, 0x7800000000000000ULL | (p.negative ? SIGN_BIT : 0) } };
	return (struct decimal){ { (uint64_t)p.coeff,
		(uint64_t)(p.exp + BIAS) << 49 | (uint64_t)(p.coeff >> 64) |
		(p.negative ? SIGN_BIT : 0) } };
}

bool dec_zero(struct decimal d)
{
	return dec_finite(d) && dec_unpack(d).coeff == 0;
}

bool dec_negative(struct decimal d)
{
	return (d.w[1] & SIGN_BIT) && !dec_zero(d);
}

bool dec_integer(struct decimal d)
{
	int64_t v;
	if (small(d, &v))
		return true;
	if (!dec_finite(d))
		return false;
	struct dec_parts p = dec_unpack(d);
	for (; p.exp < 0 && p.coeff; p.exp++, p.coeff /= 10)
		if (p.coeff % 10)
			return false;
	return true;
}

struct decimal dec_add(struct decimal x, struct decimal y)
{
	int64_t a, b, sum;
	if (small(x, &a) && small(y, &b) && !__builtin_add_overflow(a, b, &sum) && sum > INT64_MIN)
		return dec_int(sum);
	return narrow(wide(x) + wide(y));
}

struct decimal dec_sub(struct decimal x, struct decimal y)
{
	int64_t a, b, diff;
	if (small(x, &a) && small(y, &b) && !__builtin_sub_overflow(a, b, &diff) && diff > INT64_MIN)
		return dec_int(diff);
	return narrow(wide(x) - wide(y));
}

struct decimal dec_mul(struct decimal x, struct decimal y)
{
	int64_t a, b, product;
	if (small(x, &a) && small(y, &b) && !__builtin_mul_overflow(a, b, &product) &&
	    product > INT64_MIN)
		return dec_int(product);
	return narrow(wide(x) * wide(y));
}

struct decimal dec_div(struct decimal x, struct decimal y)
{
	int64_t a, b;
	if (small(x, &a) && small(y, &b) && b != 0 && a % b == 0)
		return dec_int(a / b);
	return narrow(wide(x) / wide(y));
}

struct decimal dec_neg(struct decimal d)
{
	d.w[1] ^= SIGN_BIT;
	return d;
}

struct decimal dec_abs(struct decimal d)
{
	d.w[1] &= ~SIGN_BIT;
	return d;
}

int dec_cmp(struct decimal x, struct decimal y)
{
	int64_t a, b;
	if (small(x, &a) && small(y, &b))
		return (a > b) - (a < b);
	_Decimal128 v = wide(x), w = wide(y);
	return (v > w) - (v < w);
}

bool dec_to_i64(struct decimal d, int64_t *ret)
{
	if (small(d, ret))
		return true;
	if (!dec_finite(d))
		return false;
	struct dec_parts p = dec_unpack(d);
	if (!p.coeff) {
		*ret = 0;
		return true;
	}
	for (; p.exp < 0; p.exp++, p.coeff /= 10)
		if (p.coeff % 10)
			return false;
	for (; p.exp > 0; p.exp--, p.coeff *= 10)
		if (p.coeff > (unsigned __int128)INT64_MAX)
			return false;
	if (p.coeff > (unsigned __int128)INT64_MAX)
		return false;
	*ret = p.negative ? -(int64_t)p.coeff : (int64_t)p.coeff;
	return true;
}

double dec_to_double(struct decimal d)
{
	return (double)wide(d);
}

struct decimal dec_modulo(struct decimal x, struct decimal y)
{
	int64_t a, b;
	if (small(x, &a) && small(y, &b) && b != 0) {
		int64_t r = a % b;
		return dec_int(r && (r < 0) != (b < 0) ? r + b : r);
	}
	struct decimal q = dec_round(dec_div(x, y), 0, DEC_FLOOR);
	return dec_finite(q) ? dec_sub(x, dec_mul(y, q)) : q;
}

static bool rounds_away(const struct dec_parts *p, int lost, enum dec_rounding mode)
{
	switch (mode) {
	case DEC_UP: return lost != 0;
	case DEC_DOWN: return false;
	case DEC_HALF_UP: return lost >= 2;
	case DEC_HALF_DOWN: return lost == 3;
	case DEC_HALF_EVEN: return lost == 3 || (lost == 2 && (p->coeff & 1));
	case DEC_FLOOR: return lost && p->negative;
	case DEC_CEILING: return lost && !p->negative;
	}
	return false;
}

struct decimal dec_round(struct decimal d, int scale, enum dec_rounding mode)
{
	int64_t v;
	if (!dec_finite(d) || (scale >= 0 && small(d, &v)))
		return d;
	struct dec_parts p = dec_unpack(d);
	if (p.exp >= -scale)
		return d;
	int lost = 0;
	while (p.exp < -scale && (p.coeff || lost > 1)) {
		lost = drop_digit(&p.coeff, lost);
		p.exp++;
	}
	p.exp = -scale;
	if (rounds_away(&p, lost, mode))
		p.coeff++;
	if (!p.coeff)
		return dec_int(0);
	return dec_pack(p);
}
