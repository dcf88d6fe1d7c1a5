/* Arithmetic and logic (DMN 1.5 §10.3.2.12 tables 52 to 57). Operands that do
 * not fit give null. */
#include "rule/machine.h"

#include "rule/temporal.h"

struct feel_value truth_value(enum feel_truth t)
{
	return t == FEEL_UNKNOWN ? feel_null() : feel_bool(t == FEEL_TRUE);
}

enum feel_truth truth_and(enum feel_truth x, enum feel_truth y)
{
	if (x == FEEL_FALSE || y == FEEL_FALSE)
		return FEEL_FALSE;
	return x == FEEL_TRUE && y == FEEL_TRUE ? FEEL_TRUE : FEEL_UNKNOWN;
}

enum feel_truth truth_or(enum feel_truth x, enum feel_truth y)
{
	if (x == FEEL_TRUE || y == FEEL_TRUE)
		return FEEL_TRUE;
	return x == FEEL_FALSE && y == FEEL_FALSE ? FEEL_FALSE : FEEL_UNKNOWN;
}

enum feel_truth truth_not(enum feel_truth x)
{
	return x == FEEL_UNKNOWN ? x : x == FEEL_TRUE ? FEEL_FALSE : FEEL_TRUE;
}

static bool both(const struct feel_value *x, const struct feel_value *y, enum feel_kind k)
{
	return x->kind == k && y->kind == k;
}

static bool is_moment(const struct feel_value *v)
{
	return v->kind == FEEL_DATE || v->kind == FEEL_TIME || v->kind == FEEL_DATE_TIME;
}

static struct feel_value months_value(int64_t months)
{
	return (struct feel_value){ .kind = FEEL_MONTHS_DURATION, .months = months };
}

static struct feel_value concat(struct machine *m, struct str x, struct str y)
{
	machine_step(m, (x.n + y.n) / 64);
	char *p = machine_alloc(m, x.n + y.n + 1, 1);
	if (x.n)
		memcpy(p, x.p, x.n);
	if (y.n)
		memcpy(p + x.n, y.p, y.n);
	return feel_string(str_of(p, x.n + y.n));
}

/* moment ± duration; a time has no months. */
static struct feel_value shift(const struct feel_value *v, const struct feel_value *d, bool minus)
{
	if (d->kind == FEEL_DAYS_DURATION) {
		struct feel_value by = *d;
		if (minus)
			by = duration_value(-duration_nanos(d->duration));
		return by.kind == FEEL_NULL ? by : moment_add_duration(v, by.duration);
	}
	if (d->kind == FEEL_MONTHS_DURATION && v->kind != FEEL_TIME)
		return moment_add_months(v, minus ? -d->months : d->months);
	return feel_null();
}

struct feel_value operator_add(struct machine *m, const struct feel_value *x,
                               const struct feel_value *y)
{
	int64_t months;
	if (both(x, y, FEEL_NUMBER))
		return feel_number(dec_add(x->number, y->number));
	if (both(x, y, FEEL_STRING))
		return concat(m, x->string, y->string);
	if (both(x, y, FEEL_DAYS_DURATION))
		return duration_value(duration_nanos(x->duration) + duration_nanos(y->duration));
	if (both(x, y, FEEL_MONTHS_DURATION))
		return __builtin_add_overflow(x->months, y->months, &months) ? feel_null()
		                                                             : months_value(months);
	if (is_moment(x))
		return shift(x, y, false);
	if (is_moment(y))
		return shift(y, x, false);
	return feel_null();
}

/* Both with a zone or both without; a date counts as its midnight in UTC. */
static struct feel_value difference(const struct feel_value *x, const struct feel_value *y)
{
	if ((x->kind == FEEL_TIME) != (y->kind == FEEL_TIME))
		return feel_null();
	bool zx = x->kind == FEEL_DATE || has_zone(&x->moment);
	bool zy = y->kind == FEEL_DATE || has_zone(&y->moment);
	if (zx != zy && !both(x, y, FEEL_DATE))
		return feel_null();
	return moment_diff(x, y);
}

struct feel_value operator_sub(const struct feel_value *x, const struct feel_value *y)
{
	int64_t months;
	if (both(x, y, FEEL_NUMBER))
		return feel_number(dec_sub(x->number, y->number));
	if (both(x, y, FEEL_DAYS_DURATION))
		return duration_value(duration_nanos(x->duration) - duration_nanos(y->duration));
	if (both(x, y, FEEL_MONTHS_DURATION))
		return __builtin_sub_overflow(x->months, y->months, &months) ? feel_null()
		                                                             : months_value(months);
	if (is_moment(x) && is_moment(y))
		return difference(x, y);
	if (is_moment(x))
		return shift(x, y, true);
	return feel_null();
}

/* A duration of so many seconds or months; months are cut toward zero. */
static struct feel_value scaled(const struct feel_value *like, struct decimal amount)
{
	int64_t whole;
	struct decimal nanos;
	if (!dec_finite(amount))
		return feel_null();
	if (like->kind == FEEL_MONTHS_DURATION)
		return dec_to_i64(dec_round(amount, 0, DEC_DOWN), &whole) ? months_value(whole)
		                                                          : feel_null();
	struct decimal seconds = dec_round(amount, 0, DEC_FLOOR);
	nanos = dec_round(dec_mul(dec_sub(amount, seconds), dec_int(NANOS)), 0, DEC_DOWN);
	int64_t rest;
	if (!dec_to_i64(seconds, &whole) || !dec_to_i64(nanos, &rest))
		return feel_null();
	return duration_value((__int128)whole * NANOS + rest);
}

static bool is_duration(const struct feel_value *v)
{
	return v->kind == FEEL_DAYS_DURATION || v->kind == FEEL_MONTHS_DURATION;
}

static struct decimal duration_amount(const struct feel_value *v)
{
	return v->kind == FEEL_MONTHS_DURATION ? dec_int(v->months) : duration_decimal(v->duration);
}

struct feel_value operator_mul(const struct feel_value *x, const struct feel_value *y)
{
	if (both(x, y, FEEL_NUMBER))
		return feel_number(dec_mul(x->number, y->number));
	if (is_duration(x) && y->kind == FEEL_NUMBER)
		return scaled(x, dec_mul(duration_amount(x), y->number));
	if (x->kind == FEEL_NUMBER && is_duration(y))
		return scaled(y, dec_mul(duration_amount(y), x->number));
	return feel_null();
}

struct feel_value operator_div(const struct feel_value *x, const struct feel_value *y)
{
	if (y->kind == FEEL_NUMBER && dec_zero(y->number))
		return feel_null();
	if (both(x, y, FEEL_NUMBER))
		return feel_number(dec_div(x->number, y->number));
	if (is_duration(x) && y->kind == FEEL_NUMBER)
		return scaled(x, dec_div(duration_amount(x), y->number));
	if (is_duration(x) && x->kind == y->kind)
		return feel_number(dec_div(duration_amount(x), duration_amount(y)));
	return feel_null();
}

struct feel_value operator_pow(const struct feel_value *x, const struct feel_value *y)
{
	return both(x, y, FEEL_NUMBER) ? feel_number(dec_pow(x->number, y->number)) : feel_null();
}

struct feel_value operator_neg(const struct feel_value *x)
{
	if (x->kind == FEEL_NUMBER)
		return feel_number(dec_zero(x->number) ? x->number : dec_neg(x->number));
	if (x->kind == FEEL_DAYS_DURATION)
		return duration_value(-duration_nanos(x->duration));
	if (x->kind == FEEL_MONTHS_DURATION && x->months != INT64_MIN)
		return months_value(-x->months);
	return feel_null();
}
