/* exp, log, power and root, correct to the last of 34 digits.
 *
 * They are computed in fixed point with 72 digits behind the point and rounded
 * once at the end, so the rounding errors of the way never show. (No libdfp.)
 *   log x = e·ln 10 + k·ln 2 + 2·artanh((m - 2^k) / (m + 2^k)),  x = m·10^e
 *   exp x = 10^k · exp(r / 2^8)^(2^8),                           r = x - k·ln 10
 * Exact powers (1.1 ** 2, 10 ** 100) are multiplied out instead. */
#include "rule/decimal.h"

enum { FRAC = 8, LIMBS = 14, BASE = 1000000000, HALVINGS = 8, OUT_OF_RANGE = 14500 };

typedef unsigned __int128 u128;

/* A magnitude; limb i counts BASE^(i - FRAC). Signs are kept by the callers. */
struct fix {
	uint32_t limb[LIMBS];
};

static const struct fix LN2 = { { 493393621, 120680009, 360255254, 75500134, 458176568,
	417232121, 559945309, 693147180, 0 } };
static const struct fix LN10 = { { 967572609, 33327900, 628772976, 601101488, 684364207,
	17991454, 994045684, 302585092, 2 } };

static const struct decimal NOT_A_NUMBER = { { 0, 0x7c00000000000000ULL } };

static struct fix fix_int(u128 v)
{
	struct fix r = { { 0 } };
	for (int i = FRAC; i < LIMBS && v; i++, v /= BASE)
		r.limb[i] = (uint32_t)(v % BASE);
	return r;
}

static bool fix_zero(const struct fix *x)
{
	for (int i = 0; i < LIMBS; i++)
		if (x->limb[i])
			return false;
	return true;
}

static int fix_cmp(const struct fix *x, const struct fix *y)
{
	for (int i = LIMBS - 1; i >= 0; i--)
		if (x->limb[i] != y->limb[i])
			return x->limb[i] < y->limb[i] ? -1 : 1;
	return 0;
}

static struct fix fix_add(const struct fix *x, const struct fix *y)
{
	struct fix r;
	uint32_t carry = 0;
	for (int i = 0; i < LIMBS; i++) {
		uint32_t v = x->limb[i] + y->limb[i] + carry;
		carry = v >= BASE;
		r.limb[i] = carry ? v - BASE : v;
	}
	return r;
}

/* x - y, x not below y. */
static struct fix fix_sub(const struct fix *x, const struct fix *y)
{
	struct fix r;
	int64_t borrow = 0;
	for (int i = 0; i < LIMBS; i++) {
		int64_t v = (int64_t)x->limb[i] - y->limb[i] - borrow;
		borrow = v < 0;
		r.limb[i] = (uint32_t)(borrow ? v + BASE : v);
	}
	return r;
}

static struct fix fix_mul(const struct fix *x, const struct fix *y)
{
	uint64_t wide[2 * LIMBS] = { 0 };
	for (int i = 0; i < LIMBS; i++) {
		uint64_t carry = 0;
		if (!x->limb[i])
			continue;
		for (int j = 0; j < LIMBS; j++) {
			uint64_t v = wide[i + j] + (uint64_t)x->limb[i] * y->limb[j] + carry;
			wide[i + j] = v % BASE;
			carry = v / BASE;
		}
		wide[i + LIMBS] += carry;
	}
	struct fix r;
	for (int i = 0; i < LIMBS; i++)
		r.limb[i] = (uint32_t)wide[i + FRAC];
	return r;
}

static struct fix fix_div_small(struct fix x, uint32_t d)
{
	uint64_t rest = 0;
	for (int i = LIMBS - 1; i >= 0; i--) {
		uint64_t v = rest * BASE + x.limb[i];
		x.limb[i] = (uint32_t)(v / d);
		rest = v % d;
	}
	return x;
}

static struct fix fix_mul_small(struct fix x, uint32_t f)
{
	uint64_t carry = 0;
	for (int i = 0; i < LIMBS; i++) {
		uint64_t v = (uint64_t)x.limb[i] * f + carry;
		x.limb[i] = (uint32_t)(v % BASE);
		carry = v / BASE;
	}
	return x;
}

/* Times 10^exp; digits that leave the frame at the bottom are cut. */
static struct fix fix_shift(struct fix x, int exp)
{
	for (; exp > 0; exp -= exp > 8 ? 9 : 1)
		x = fix_mul_small(x, exp > 8 ? BASE : 10);
	for (; exp < 0 && !fix_zero(&x); exp += exp < -8 ? 9 : 1)
		x = fix_div_small(x, exp < -8 ? BASE : 10);
	return x;
}

/* num / den below one, digit by digit; den < 10^35. */
static struct fix fix_ratio(u128 num, u128 den)
{
	struct fix r = { { 0 } };
	for (int i = FRAC - 1; i >= 0; i--)
		for (int k = 0; k < 9; k++) {
			num *= 10;
			r.limb[i] = r.limb[i] * 10 + (uint32_t)(num / den);
			num %= den;
		}
	return r;
}

/* Rounds ±x·10^exp to 34 digits through its decimal text. */
static struct decimal fix_decimal(const struct fix *x, bool negative, int exp)
{
	char text[LIMBS * 9 + 24];
	size_t n = 0;
	if (negative)
		text[n++] = '-';
	for (int i = LIMBS - 1; i >= 0; i--)
		for (uint32_t unit = BASE / 10; unit; unit /= 10)
			text[n++] = (char)('0' + x->limb[i] / unit % 10);
	struct decimal d;
	if (!dec_from_text(str_of(text, n), &d))
		return NOT_A_NUMBER;
	struct dec_parts p = dec_unpack(d);
	for (; p.coeff && p.coeff % 10 == 0; p.exp++)
		p.coeff /= 10;
	p.exp += exp - FRAC * 9;
	for (; p.exp > 0 && p.coeff && p.coeff < (u128)INT64_MAX / 10; p.exp--)
		p.coeff *= 10; /* whole numbers as such: the fast path knows them again */
	return dec_pack(p);
}

/* |ln(d)| for d > 0, and its sign. */
static struct fix log_fix(struct decimal d, bool *ret_negative)
{
	struct dec_parts p = dec_unpack(d);
	u128 unit = 1;
	int e = p.exp;
	while (unit <= p.coeff / 10) {
		unit *= 10;
		e++;
	}
	u128 m = p.coeff; /* value = m/unit · 10^e, m/unit in [1, 10) */
	for (; unit < (u128)1 << 100; unit *= 10)
		m *= 10;
	if (m / 7 >= unit) { /* just below a power of ten: keep the digits of ln near 0 */
		unit *= 10;
		e++;
	}
	uint32_t k = 0;
	for (; m * 5 > unit * 7; unit *= 2)
		k++;
	bool below = m < unit;
	struct fix z = fix_ratio(below ? unit - m : m - unit, m + unit);
	struct fix zz = fix_mul(&z, &z), power = z, sum = z;
	for (uint32_t i = 3; !fix_zero(&power); i += 2) {
		power = fix_mul(&power, &zz);
		struct fix term = fix_div_small(power, i);
		sum = fix_add(&sum, &term);
	}
	sum = fix_mul_small(sum, 2);
	struct fix plus = fix_mul_small(LN2, k), tens = fix_mul_small(LN10, (uint32_t)(e < 0 ? -e : e));
	struct fix minus = { { 0 } };
	if (below)
		minus = sum;
	else
		plus = fix_add(&plus, &sum);
	if (e < 0)
		minus = fix_add(&minus, &tens);
	else
		plus = fix_add(&plus, &tens);
	*ret_negative = fix_cmp(&plus, &minus) < 0;
	return *ret_negative ? fix_sub(&minus, &plus) : fix_sub(&plus, &minus);
}

static struct decimal exp_fix(const struct fix *x, bool negative)
{
	struct fix limit = fix_int(OUT_OF_RANGE);
	if (fix_cmp(x, &limit) > 0)
		return negative ? dec_int(0) : NOT_A_NUMBER;
	uint32_t whole = x->limb[FRAC];
	int k = (int)((uint64_t)whole * 1000 / 2303); /* at most ln 10 away, corrected below */
	struct fix tens = fix_mul_small(LN10, (uint32_t)k), r;
	while (fix_cmp(&tens, x) > 0) {
		tens = fix_sub(&tens, &LN10);
		k--;
	}
	r = fix_sub(x, &tens);
	while (fix_cmp(&r, &LN10) >= 0) {
		r = fix_sub(&r, &LN10);
		k++;
	}
	if (negative && !fix_zero(&r)) { /* -x = -(k+1)·ln 10 + (ln 10 - r) */
		r = fix_sub(&LN10, &r);
		k++;
	}
	r = fix_div_small(r, 1u << HALVINGS);
	struct fix one = fix_int(1), term = one, sum = one;
	for (uint32_t i = 1; !fix_zero(&term); i++) {
		term = fix_mul(&term, &r);
		term = fix_div_small(term, i);
		sum = fix_add(&sum, &term);
	}
	for (int i = 0; i < HALVINGS; i++)
		sum = fix_mul(&sum, &sum);
	return fix_decimal(&sum, false, negative ? -k : k);
}

struct decimal dec_exp(struct decimal d)
{
	if (!dec_finite(d))
		return NOT_A_NUMBER;
	struct dec_parts p = dec_unpack(d);
	if (dec_cmp(dec_abs(d), dec_int(OUT_OF_RANGE)) > 0)
		return p.negative ? dec_int(0) : NOT_A_NUMBER;
	struct fix x = fix_int(p.coeff);
	x = fix_shift(x, p.exp);
	return exp_fix(&x, p.negative);
}

struct decimal dec_log(struct decimal d)
{
	if (!dec_finite(d) || dec_zero(d) || dec_negative(d))
		return NOT_A_NUMBER;
	bool negative;
	struct fix x = log_fix(d, &negative);
	return fix_zero(&x) ? dec_int(0) : fix_decimal(&x, negative, 0);
}

/* x^n multiplied out while it has at most 34 digits; false when it has more. */
static bool power_exact(struct decimal x, int64_t n, struct decimal *ret)
{
	struct dec_parts p = dec_unpack(x);
	u128 limit = (u128)10000000000000000ULL * 1000000000000000000ULL;
	while (p.coeff % 10 == 0) {
		p.coeff /= 10;
		p.exp++;
	}
	u128 coeff = 1;
	if (p.coeff > 1)
		for (int64_t i = 0; i < n; i++) {
			if (i > 113 || coeff > limit / p.coeff)
				return false;
			coeff *= p.coeff;
		}
	int64_t exp = (int64_t)p.exp * (n > 100000 ? 100000 : n);
	if (exp > 20000 || exp < -20000)
		return false;
	for (; exp > 0 && coeff < (u128)INT64_MAX / 10; exp--)
		coeff *= 10;
	*ret = dec_pack((struct dec_parts){ p.negative && n % 2, coeff, (int)exp });
	return true;
}

/* x > 0, through the logarithm. */
static struct decimal power_log(struct decimal x, struct decimal y)
{
	bool negative;
	struct fix log = log_fix(x, &negative);
	struct dec_parts p = dec_unpack(y);
	if (p.coeff && p.exp > 40)
		return negative != p.negative ? dec_int(0) : NOT_A_NUMBER;
	struct decimal size = dec_mul(fix_decimal(&log, false, 0), dec_abs(y));
	if (!dec_finite(size) || dec_cmp(size, dec_int(OUT_OF_RANGE)) > 0)
		return negative != p.negative ? dec_int(0) : NOT_A_NUMBER;
	struct fix factor = fix_int(p.coeff), product = fix_mul(&log, &factor);
	product = fix_shift(product, p.exp);
	return exp_fix(&product, negative != p.negative);
}

struct decimal dec_pow(struct decimal x, struct decimal y)
{
	if (!dec_finite(x) || !dec_finite(y))
		return NOT_A_NUMBER;
	if (dec_zero(y))
		return dec_int(1);
	if (dec_zero(x))
		return dec_negative(y) ? NOT_A_NUMBER : dec_int(0);
	int64_t n;
	bool whole = dec_to_i64(y, &n);
	struct decimal r;
	if (whole && n > 0 && power_exact(x, n, &r))
		return r;
	if (whole && n < 0 && n > -100000 && power_exact(x, -n, &r) && dec_finite(r))
		return dec_div(dec_int(1), r);
	if (!dec_negative(x))
		return power_log(x, y);
	if (!dec_integer(y))
		return NOT_A_NUMBER;
	r = power_log(dec_neg(x), y);
	bool odd = !dec_zero(dec_modulo(y, dec_int(2)));
	return odd && dec_finite(r) ? dec_neg(r) : r;
}

struct decimal dec_sqrt(struct decimal d)
{
	if (!dec_finite(d) || dec_negative(d))
		return NOT_A_NUMBER;
	if (dec_zero(d))
		return dec_int(0);
	struct dec_parts half = { false, 5, -1 };
	return power_log(d, dec_pack(half));
}
