/* A number's one canonical text: RFC 8785 §3.2.2.3, which is ECMAScript's
 * Number::toString (ECMA-262 §6.1.6.1.20) of the IEEE 754 double.
 *
 * Only where the double says the very same as the text: decimals of at most 15
 * significant digits always come back from a double as they went in (DBL_DIG), so
 * their digits need only be laid out; integers are exact up to 2^53. Everything
 * else is refused: two readers could see different values in what was signed. */
#include "base/json_stack.h"

enum { DIGITS_EXACT = 15, DIGITS_KEPT = 20, EXPONENT_MAX = 400, POINT_MIN = -306, POINT_MAX = 308 };
static const char integer_max[] = "9007199254740992";

/* The value is 0.DIGITS × 10^point, without zeros at either end of DIGITS. */
struct decimal_text {
	bool negative;
	char digits[DIGITS_KEPT];
	size_t n;
	int point;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Zeros are kept back until a digit follows them. False when there are more
 * digits than are kept. */
static bool take_digit(struct decimal_text *d, char c, size_t *zeros)
{
	if (c == '0') {
		*zeros += d->n > 0;
		return true;
	}
	if (d->n + *zeros + 1 > DIGITS_KEPT)
		return false;
	while (*zeros) {
		d->digits[d->n++] = '0';
		(*zeros)--;
	}
	d->digits[d->n++] = c;
	return true;
}

static bool read_exponent(struct str s, int *ret)
{
	int e = 0;
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
	for (size_t k = i; k < s.n; k++) {
		e = e * 10 + (s.p[k] - '0');
		if (e > EXPONENT_MAX)
			return false;
	}
	*ret = i && s.p[0] == '-' ? -e : e;
	return true;
}

/* s is a number by RFC 8259 §6. */
static bool read_decimal(struct str s, struct decimal_text *d)
{
	size_t i = 0, zeros = 0, whole = 0, leading = 0;
	bool fraction = false;
	int e = 0;
	*d = (struct decimal_text){ .negative = s.p[0] == '-' };
	for (i = d->negative; i < s.n && (is_digit(s.p[i]) || s.p[i] == '.'); i++) {
		if (s.p[i] == '.') {
			fraction = true;
			continue;
		}
		if (!take_digit(d, s.p[i], &zeros))
			return false;
		if (!fraction)
			whole += d->n > 0;
		else if (d->n == 0)
			leading++;
	}
	if (i < s.n && !read_exponent(str_from(s, i + 1), &e))
		return false;
	if (s.n > EXPONENT_MAX)
		return false;
	d->point = (int)whole - (int)leading + e;
	return true;
}

static bool is_exact(const struct decimal_text *d)
{
	if (d->n <= DIGITS_EXACT)
		return d->point >= POINT_MIN && d->point <= POINT_MAX;
	return d->n == sizeof integer_max - 1 && d->point == (int)d->n &&
	       memcmp(d->digits, integer_max, d->n) <= 0;
}

static void add_zeros(struct buf *b, int n)
{
	while (n-- > 0)
		buf_add_char(b, '0');
}

static void add_exponent(struct buf *b, const struct decimal_text *d)
{
	int e = d->point - 1;
	buf_add_char(b, d->digits[0]);
	if (d->n > 1) {
		buf_add_char(b, '.');
		buf_add(b, str_of(d->digits + 1, d->n - 1));
	}
	buf_add_c(b, e < 0 ? "e-" : "e+");
	buf_add_i64(b, e < 0 ? -e : e);
}

/* ECMA-262 §6.1.6.1.20, steps 6 to 11: k is d->n, n is d->point. */
static void add_laid_out(struct buf *b, const struct decimal_text *d)
{
	struct str digits = str_of(d->digits, d->n);
	int k = (int)d->n, n = d->point;
	if (k <= n && n <= 21) {
		buf_add(b, digits);
		add_zeros(b, n - k);
	} else if (0 < n && n <= 21) {
		buf_add(b, str_sub(digits, 0, (size_t)n));
		buf_add_char(b, '.');
		buf_add(b, str_from(digits, (size_t)n));
	} else if (-6 < n && n <= 0) {
		buf_add(b, STR("0."));
		add_zeros(b, -n);
		buf_add(b, digits);
	} else {
		add_exponent(b, d);
	}
}

static bool canonical(struct str text, struct decimal_text *d)
{
	return json_is_number(text) && read_decimal(text, d) && (d->n == 0 || is_exact(d));
}

bool json_number_is_exact(struct str text)
{
	struct decimal_text d;
	return canonical(text, &d);
}

bool json_number_canonical(struct buf *b, struct str text)
{
	struct decimal_text d;
	if (!canonical(text, &d))
		return false;
	if (d.n == 0) {
		buf_add_char(b, '0'); /* of either sign */
		return true;
	}
	if (d.negative)
		buf_add_char(b, '-');
	add_laid_out(b, &d);
	return true;
}
