/* Conversion functions (DMN 1.5 §10.3.4.1), not(), is(), and the two that read
 * the scope's clock. */
#include "rule/builtin.h"

#include "base/calendar.h"
#include "rule/temporal.h"
#include "rule/zone.h"

enum { JST_SECONDS = 9 * 3600, STRING_BYTES_MAX = 4 << 20, TEXT_FIRST = 512, TEXT_GROWTH = 8 };

struct feel_value fn_date(struct machine *m, const struct feel_value *args, size_t n)
{
	struct feel_value v = args[0];
	(void)m, (void)n;
	if (v.kind == FEEL_STRING)
		return feel_parse_date(v.string);
	if (v.kind != FEEL_DATE && v.kind != FEEL_DATE_TIME)
		return feel_null();
	struct feel_moment day = { .year = v.moment.year, .month = v.moment.month,
		.day = v.moment.day };
	return feel_moment(FEEL_DATE, day);
}

struct feel_value fn_date_ymd(struct machine *m, const struct feel_value *args, size_t n)
{
	int64_t y, mon, d;
	(void)m;
	if (!arg_int(args, n, 0, &y) || !arg_int(args, n, 1, &mon) || !arg_int(args, n, 2, &d) ||
	    !date_valid(y, mon, d))
		return feel_null();
	return feel_moment(FEEL_DATE, (struct feel_moment){ .year = (int32_t)y,
		.month = (uint8_t)mon, .day = (uint8_t)d });
}

struct feel_value fn_time(struct machine *m, const struct feel_value *args, size_t n)
{
	struct feel_value v = args[0];
	(void)m, (void)n;
	if (v.kind == FEEL_STRING)
		return feel_parse_time(v.string);
	if (v.kind == FEEL_DATE) /* the midnight it begins with, in UTC */
		return feel_moment(FEEL_TIME, (struct feel_moment){ .zone_kind = FEEL_ZONE_OFFSET });
	if (v.kind != FEEL_TIME && v.kind != FEEL_DATE_TIME)
		return feel_null();
	v.kind = FEEL_TIME;
	v.moment.year = 0;
	v.moment.month = v.moment.day = 0;
	return v;
}

/* Whole seconds and the nanoseconds behind them. */
static bool seconds_of(const struct feel_value *v, int64_t *ret, uint32_t *ret_nano)
{
	if (v->kind != FEEL_NUMBER)
		return false;
	struct decimal whole = dec_round(v->number, 0, DEC_FLOOR);
	struct decimal rest = dec_mul(dec_sub(v->number, whole), dec_int(NANOS));
	int64_t nano;
	if (!dec_to_i64(whole, ret) || !dec_to_i64(dec_round(rest, 0, DEC_DOWN), &nano))
		return false;
	*ret_nano = (uint32_t)nano;
	return true;
}

static bool clock_of(const struct feel_value *args, size_t n, size_t from, struct feel_moment *t)
{
	int64_t h, min, s;
	if (!arg_int(args, n, from, &h) || !arg_int(args, n, from + 1, &min) ||
	    !seconds_of(&args[from + 2], &s, &t->nano))
		return false;
	if (h < 0 || h > 23 || min < 0 || min > 59 || s < 0 || s > 59)
		return false;
	t->hour = (uint8_t)h;
	t->minute = (uint8_t)min;
	t->second = (uint8_t)s;
	return true;
}

/* An offset as a duration (or hours), or a zone's name. */
static bool zone_of(const struct feel_value *v, struct feel_moment *t)
{
	if (v->kind == FEEL_NULL)
		return true;
	if (v->kind == FEEL_STRING) {
		t->zone_kind = FEEL_ZONE_NAME;
		return zone_find(v->string, &t->zone);
	}
	t->zone_kind = FEEL_ZONE_OFFSET;
	int64_t seconds;
	if (v->kind == FEEL_DAYS_DURATION)
		seconds = v->duration.seconds;
	else if (v->kind != FEEL_NUMBER ||
	         !dec_to_i64(dec_mul(v->number, dec_int(3600)), &seconds))
		return false;
	if (seconds > 18 * 3600 || seconds < -18 * 3600)
		return false;
	t->offset = (int32_t)seconds;
	return true;
}

struct feel_value fn_time_hms(struct machine *m, const struct feel_value *args, size_t n)
{
	struct feel_moment t = { 0 };
	(void)m;
	if (!clock_of(args, n, 0, &t) || (n > 3 && !zone_of(&args[3], &t)))
		return feel_null();
	return feel_moment(FEEL_TIME, t);
}

struct feel_value fn_date_time(struct machine *m, const struct feel_value *args, size_t n)
{
	struct feel_value v = args[0];
	(void)m, (void)n;
	if (v.kind == FEEL_STRING)
		return feel_parse_date_time(v.string);
	if (v.kind == FEEL_DATE) {
		v.kind = FEEL_DATE_TIME;
		v.moment.zone_kind = FEEL_ZONE_OFFSET;
		return v;
	}
	return v.kind == FEEL_DATE_TIME ? v : feel_null();
}

struct feel_value fn_date_time_parts(struct machine *m, const struct feel_value *args, size_t n)
{
	struct feel_value date = fn_date(m, args, 1), time = args[1];
	(void)n;
	if (args[0].kind == FEEL_STRING || date.kind != FEEL_DATE || time.kind != FEEL_TIME)
		return feel_null();
	struct feel_moment t = time.moment;
	t.year = date.moment.year;
	t.month = date.moment.month;
	t.day = date.moment.day;
	return feel_moment(FEEL_DATE_TIME, t);
}

struct feel_value fn_date_time_numbers(struct machine *m, const struct feel_value *args, size_t n)
{
	struct feel_value date = fn_date_ymd(m, args, 3);
	if (date.kind == FEEL_NULL)
		return date;
	struct feel_moment t = date.moment;
	if (!clock_of(args, n, 3, &t) || (n > 6 && !zone_of(&args[6], &t)))
		return feel_null();
	return feel_moment(FEEL_DATE_TIME, t);
}

/* One separator of " ", ",", "." or none at all. */
static bool separator(const struct feel_value *args, size_t n, size_t i, const char *allowed,
                      char *ret)
{
	*ret = 0;
	if (!arg_given(args, n, i))
		return true;
	if (args[i].kind != FEEL_STRING || args[i].string.n != 1 ||
	    !strchr(allowed, args[i].string.p[0]))
		return false;
	*ret = args[i].string.p[0];
	return true;
}

struct feel_value fn_number(struct machine *m, const struct feel_value *args, size_t n)
{
	char group, point;
	struct decimal d;
	if (args[0].kind == FEEL_NUMBER && n == 1)
		return args[0];
	if (args[0].kind != FEEL_STRING || !separator(args, n, 1, " ,.", &group) ||
	    !separator(args, n, 2, ",.", &point) || (group && group == point))
		return feel_null();
	struct str s = args[0].string;
	char *out = machine_alloc(m, s.n + 1, 1);
	size_t k = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (group && s.p[i] == group)
			continue;
		if (point && point != '.' && s.p[i] == '.')
			return feel_null();
		out[k++] = point && s.p[i] == point ? '.' : s.p[i];
	}
	return dec_from_text(str_of(out, k), &d) ? feel_number(d) : feel_null();
}

/* First on the stack; what is longer, in the arena. The buffer never grows by
 * itself, so nothing is taken from anywhere else. */
static bool write_text(struct machine *m, const struct feel_value *v, struct str *ret)
{
	char small[TEXT_FIRST];
	size_t room = m->bytes < arena_left(m->a) ? m->bytes : arena_left(m->a);
	size_t max = room / 2 < STRING_BYTES_MAX ? room / 2 : STRING_BYTES_MAX;
	struct buf b = { .p = small, .cap = sizeof small, .max = sizeof small };
	value_write(&b, v);
	for (size_t cap = sizeof small; buf_over(&b);) { /* again, in the arena */
		if (cap >= max)
			return false;
		cap = cap * TEXT_GROWTH < max ? cap * TEXT_GROWTH : max;
		b = (struct buf){ .p = machine_alloc(m, cap, 1), .cap = cap, .max = cap };
		value_write(&b, v);
	}
	if (b.n / 16 >= m->steps)
		return false;
	*ret = b.p == small ? machine_str(m, buf_str(&b)) : buf_str(&b);
	return true;
}

struct feel_value fn_string(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)n;
	if (args[0].kind == FEEL_NULL || args[0].kind == FEEL_STRING)
		return args[0];
	struct str text;
	if (!write_text(m, &args[0], &text))
		machine_limit(m, "feel.memory", "a text becomes too long");
	return feel_string(text);
}

struct feel_value fn_duration(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)m, (void)n;
	if (args[0].kind == FEEL_STRING)
		return feel_parse_duration(args[0].string);
	if (args[0].kind == FEEL_DAYS_DURATION || args[0].kind == FEEL_MONTHS_DURATION)
		return args[0];
	return feel_null();
}

static bool has_date(const struct feel_value *v)
{
	return v->kind == FEEL_DATE || v->kind == FEEL_DATE_TIME;
}

struct feel_value fn_months_between(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)m, (void)n;
	if (!has_date(&args[0]) || !has_date(&args[1]))
		return feel_null();
	struct feel_value v = { .kind = FEEL_MONTHS_DURATION };
	v.months = months_between(&args[0], &args[1]);
	return v;
}

struct feel_value fn_not(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)m, (void)n;
	return truth_value(truth_not(value_truth(&args[0])));
}

static bool same_moment(const struct feel_moment *p, const struct feel_moment *q)
{
	return p->year == q->year && p->month == q->month && p->day == q->day &&
	       clock_seconds(p) == clock_seconds(q) && p->nano == q->nano &&
	       p->zone_kind == q->zone_kind && p->zone == q->zone && p->offset == q->offset;
}

/* The same value of the same type, zone and all (§10.3.4.9). */
struct feel_value fn_is(struct machine *m, const struct feel_value *args, size_t n)
{
	struct feel_value x = n ? args[0] : feel_null(), y = n > 1 ? args[1] : feel_null();
	if (!n)
		return feel_null();
	if (x.kind != y.kind)
		return feel_bool(false);
	if (x.kind == FEEL_TIME || x.kind == FEEL_DATE_TIME)
		return feel_bool(same_moment(&x.moment, &y.moment));
	return feel_bool(machine_equal(m, &x, &y) == FEEL_TRUE);
}

struct feel_value fn_now(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)args, (void)n;
	int64_t us = m->scope->now_us, seconds = us / 1000000 - (us % 1000000 < 0);
	return moment_from_utc(seconds, (uint32_t)(us - seconds * 1000000) * 1000, JST_SECONDS);
}

struct feel_value fn_today(struct machine *m, const struct feel_value *args, size_t n)
{
	struct feel_value now = fn_now(m, args, n);
	return now.kind == FEEL_NULL ? now : fn_date(m, &now, 1);
}
