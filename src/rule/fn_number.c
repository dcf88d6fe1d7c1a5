/* Numeric functions (DMN 1.5 §10.3.4.5). */
#include "rule/builtin.h"

static bool scale_of(const struct feel_value *args, size_t n, int *ret)
{
	int64_t scale = 0;
	if (n > 1 && (args[1].kind != FEEL_NUMBER ||
	              !dec_to_i64(dec_round(args[1].number, 0, DEC_DOWN), &scale)))
		return false;
	if (scale < DEC_SCALE_MIN || scale > DEC_SCALE_MAX)
		return false;
	*ret = (int)scale;
	return true;
}

static struct feel_value rounded(const struct feel_value *args, size_t n, enum dec_rounding mode)
{
	int scale;
	if (args[0].kind != FEEL_NUMBER || !scale_of(args, n, &scale))
		return feel_null();
	return feel_number(dec_round(args[0].number, scale, mode));
}

/* The four of §10.3.4.5 that have no default: the scale is a whole number. */
static struct feel_value rounded_to(const struct feel_value *args, size_t n, enum dec_rounding mode)
{
	if (!arg_is(args, n, 1, FEEL_NUMBER) || !dec_integer(args[1].number))
		return feel_null();
	return rounded(args, n, mode);
}

#define ROUNDING(name, to, mode) \
	struct feel_value name(struct machine *m, const struct feel_value *args, size_t n) \
	{ \
		(void)m; \
		return to(args, n, mode); \
	}
ROUNDING(fn_decimal, rounded, DEC_HALF_EVEN)
ROUNDING(fn_floor, rounded, DEC_FLOOR)
ROUNDING(fn_ceiling, rounded, DEC_CEILING)
ROUNDING(fn_round_up, rounded_to, DEC_UP)
ROUNDING(fn_round_down, rounded_to, DEC_DOWN)
ROUNDING(fn_round_half_up, rounded_to, DEC_HALF_UP)
ROUNDING(fn_round_half_down, rounded_to, DEC_HALF_DOWN)

struct feel_value fn_abs(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)m, (void)n;
	const struct feel_value *v = &args[0];
	if (v->kind == FEEL_NUMBER)
		return feel_number(dec_abs(v->number));
	if (v->kind == FEEL_DAYS_DURATION)
		return v->duration.seconds < 0 ? operator_neg(v) : *v;
	if (v->kind == FEEL_MONTHS_DURATION)
		return v->months < 0 ? operator_neg(v) : *v;
	return feel_null();
}

struct feel_value fn_modulo(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)m;
	if (!arg_is(args, n, 0, FEEL_NUMBER) || !arg_is(args, n, 1, FEEL_NUMBER) ||
	    dec_zero(args[1].number))
		return feel_null();
	return feel_number(dec_modulo(args[0].number, args[1].number));
}

#define UNARY(name, op) \
	struct feel_value name(struct machine *m, const struct feel_value *args, size_t n) \
	{ \
		machine_step(m, 20); \
		return arg_is(args, n, 0, FEEL_NUMBER) ? feel_number(op(args[0].number)) : feel_null(); \
	}
UNARY(fn_sqrt, dec_sqrt)
UNARY(fn_log, dec_log)
UNARY(fn_exp, dec_exp)

static struct feel_value parity(const struct feel_value *v, int wanted)
{
	if (v->kind != FEEL_NUMBER)
		return feel_null();
	struct decimal rest = dec_modulo(dec_abs(v->number), dec_int(2));
	return feel_bool(dec_finite(rest) && dec_cmp(rest, dec_int(wanted)) == 0);
}

struct feel_value fn_odd(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)m, (void)n;
	return parity(&args[0], 1);
}

struct feel_value fn_even(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)m, (void)n;
	return parity(&args[0], 0);
}
