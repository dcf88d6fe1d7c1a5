/* Numbers as FEEL has them: IEEE 754-2008 decimal128, 34 digits, exponents
 * -6176..6111 (DMN 1.5 §10.3.2.3.1).
 *
 * A plain 16-byte struct in the BID encoding, so that only decimal.c needs the
 * compiler's _Decimal128 (gcc has it, clang has not). Integers of up to 63 bits
 * take a path of their own without any decimal arithmetic. Results that do not
 * exist (division by zero, overflow, log of -1) are not finite: check
 * dec_finite before use; FEEL turns them into null. Pure and thread-safe. */
#ifndef MUSUBI_RULE_DECIMAL_H
#define MUSUBI_RULE_DECIMAL_H

#include "base/str.h"

struct decimal {
	uint64_t w[2]; /* low word, high word */
};

enum { DEC_DIGITS = 34, DEC_TEXT_MAX = 6200, DEC_SCALE_MIN = -6111, DEC_SCALE_MAX = 6176 };

enum dec_rounding {
	DEC_UP, DEC_DOWN, DEC_HALF_UP, DEC_HALF_DOWN, DEC_HALF_EVEN, DEC_FLOOR, DEC_CEILING,
};

/* Sign, whole coefficient and exponent: value = ±coeff × 10^exp. */
struct dec_parts {
	bool negative;
	unsigned __int128 coeff; /* < 10^34 */
	int exp;
};

struct decimal dec_int(int64_t v);
bool dec_finite(struct decimal d);
bool dec_zero(struct decimal d);
bool dec_negative(struct decimal d); /* false for -0 */
bool dec_integer(struct decimal d);  /* no digits behind the point */

struct decimal dec_add(struct decimal x, struct decimal y);
struct decimal dec_sub(struct decimal x, struct decimal y);
struct decimal dec_mul(struct decimal x, struct decimal y);
struct decimal dec_div(struct decimal x, struct decimal y);
struct decimal dec_neg(struct decimal d);
struct decimal dec_abs(struct decimal d);
int dec_cmp(struct decimal x, struct decimal y); /* both finite: -1, 0, 1 */

/* Floored modulo: the result has the sign of y (DMN 1.5 §10.3.4.5). */
struct decimal dec_modulo(struct decimal x, struct decimal y);
/* Keeps `scale` digits behind the point (negative: before it). */
struct decimal dec_round(struct decimal d, int scale, enum dec_rounding mode);
/* Correct to the last of 34 digits (decimal_math.c). */
struct decimal dec_sqrt(struct decimal d);
struct decimal dec_exp(struct decimal d);
struct decimal dec_log(struct decimal d); /* natural */
struct decimal dec_pow(struct decimal x, struct decimal y);

/* The exact value as a 64-bit integer; false when it is none. */
bool dec_to_i64(struct decimal d, int64_t *ret);
/* Nearest double, for display and statistics only. */
double dec_to_double(struct decimal d);

struct dec_parts dec_unpack(struct decimal d); /* finite only */
/* Rounds half even to 34 digits; not finite when out of range. */
struct decimal dec_pack(struct dec_parts p);

/* FEEL's and JSON's spelling: -?digits(.digits)?([eE][+-]?digits)? and ".5".
 * More than 34 digits round half even. False leaves *ret alone. */
bool dec_from_text(struct str s, struct decimal *ret);
/* Plain notation without exponent and without idle zeros: "0.1", "-12", "1200".
 * Returns the length; out has no NUL. */
size_t dec_to_text(struct decimal d, char out[DEC_TEXT_MAX]);

#endif
