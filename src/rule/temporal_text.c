/* Dates, times and durations as text: XML Schema 1.1 lexical forms, with
 * "@Zone/Name" instead of an offset allowed (DMN 1.5 §10.3.2.3.4 to .8). */
#include "rule/temporal.h"

#include <stdarg.h>
#include <stdio.h>

#include "rule/zone.h"

struct cursor {
	struct str s;
	size_t i;
};

static bool at_end(const struct cursor *c)
{
	return c->i == c->s.n;
}

static bool take(struct cursor *c, char ch)
{
	if (at_end(c) || c->s.p[c->i] != ch)
		return false;
	c->i++;
	return true;
}

/* Between min and max digits (max at most 18). */
static bool take_digits(struct cursor *c, size_t min, size_t max, int64_t *ret)
{
	int64_t v = 0;
	size_t n = 0;
	while (!at_end(c) && c->s.p[c->i] >= '0' && c->s.p[c->i] <= '9' && n < max) {
		v = v * 10 + (c->s.p[c->i++] - '0');
		n++;
	}
	if (n < min)
		return false;
	*ret = v;
	return true;
}

/* ".123": nanoseconds; digits beyond the ninth are cut. "PT0.S" has none. */
static bool take_fraction(struct cursor *c, bool empty_too, uint32_t *ret)
{
	uint32_t nano = 0, unit = NANOS / 10;
	if (!take(c, '.'))
		return true;
	size_t from = c->i;
	while (!at_end(c) && c->s.p[c->i] >= '0' && c->s.p[c->i] <= '9') {
		nano += (uint32_t)(c->s.p[c->i++] - '0') * unit;
		unit /= 10;
	}
	*ret = nano;
	return c->i > from || empty_too;
}

static bool take_date(struct cursor *c, struct feel_moment *m)
{
	int64_t year, month, day;
	bool negative = take(c, '-');
	size_t from = c->i;
	if (!take_digits(c, 4, 9, &year) || (c->i - from > 4 && c->s.p[from] == '0'))
		return false;
	if (!take(c, '-') || !take_digits(c, 2, 2, &month) || !take(c, '-') ||
	    !take_digits(c, 2, 2, &day))
		return false;
	if (negative)
		year = -year;
	if (!date_valid(year, month, day))
		return false;
	m->year = (int32_t)year;
	m->month = (uint8_t)month;
	m->day = (uint8_t)day;
	return true;
}

static bool take_zone(struct cursor *c, struct feel_moment *m)
{
	int64_t h, min, s = 0;
	if (at_end(c))
		return true;
	m->zone_kind = FEEL_ZONE_OFFSET;
	if (take(c, 'Z') || take(c, 'z'))
		return true;
	if (take(c, '@')) {
		struct str name = str_from(c->s, c->i);
		c->i = c->s.n;
		m->zone_kind = FEEL_ZONE_NAME;
		return zone_find(name, &m->zone);
	}
	bool west = take(c, '-');
	if (!west && !take(c, '+'))
		return false;
	if (!take_digits(c, 2, 2, &h) || !take(c, ':') || !take_digits(c, 2, 2, &min))
		return false;
	if (take(c, ':') && !take_digits(c, 2, 2, &s))
		return false;
	int64_t offset = h * 3600 + min * 60 + s;
	if (min > 59 || s > 59 || offset > 18 * 3600)
		return false;
	m->offset = (int32_t)(west ? -offset : offset);
	return true;
}

static bool take_time(struct cursor *c, struct feel_moment *m)
{
	int64_t h, min, s;
	if (!take_digits(c, 2, 2, &h) || !take(c, ':') || !take_digits(c, 2, 2, &min) ||
	    !take(c, ':') || !take_digits(c, 2, 2, &s) || !take_fraction(c, false, &m->nano))
		return false;
	if (h > 23 || min > 59 || s > 59)
		return false;
	m->hour = (uint8_t)h;
	m->minute = (uint8_t)min;
	m->second = (uint8_t)s;
	return take_zone(c, m);
}

struct feel_value feel_parse_date(struct str s)
{
	struct cursor c = { s, 0 };
	struct feel_moment m = { 0 };
	return take_date(&c, &m) && at_end(&c) ? feel_moment(FEEL_DATE, m) : feel_null();
}

struct feel_value feel_parse_time(struct str s)
{
	struct cursor c = { s, 0 };
	struct feel_moment m = { 0 };
	take(&c, 'T');
	return take_time(&c, &m) && at_end(&c) ? feel_moment(FEEL_TIME, m) : feel_null();
}

struct feel_value feel_parse_date_time(struct str s)
{
	struct cursor c = { s, 0 };
	struct feel_moment m = { 0 };
	if (!take_date(&c, &m))
		return feel_null();
	if (at_end(&c))
		return feel_moment(FEEL_DATE_TIME, m);
	return take(&c, 'T') && take_time(&c, &m) && at_end(&c) ? feel_moment(FEEL_DATE_TIME, m)
	                                                        : feel_null();
}

/* One of the parts of `units`, each at most once and in their order. */
static bool take_part(struct cursor *c, const char *units, size_t *next, int64_t *ret,
                      uint32_t *ret_nano, char *ret_unit)
{
	if (!take_digits(c, 1, 18, ret))
		return false;
	bool fraction = !at_end(c) && c->s.p[c->i] == '.';
	if (fraction && !take_fraction(c, true, ret_nano))
		return false;
	for (size_t i = *next; units[i]; i++)
		if (take(c, units[i])) {
			*next = i + 1;
			*ret_unit = units[i];
			return !fraction || units[i] == 'S';
		}
	return false;
}

static struct feel_value months_duration(struct cursor *c, bool negative)
{
	int64_t total = 0, v;
	size_t next = 0;
	uint32_t nano = 0;
	char unit;
	while (!at_end(c)) {
		if (!take_part(c, "YM", &next, &v, &nano, &unit))
			return feel_null();
		if (__builtin_mul_overflow(v, unit == 'Y' ? 12 : 1, &v) ||
		    __builtin_add_overflow(total, v, &total))
			return feel_null();
	}
	struct feel_value r = { .kind = FEEL_MONTHS_DURATION, .months = negative ? -total : total };
	return r;
}

static int64_t unit_seconds(char unit)
{
	return unit == 'D' ? DAY_SECONDS : unit == 'H' ? 3600 : unit == 'M' ? 60 : 1;
}

struct feel_value feel_parse_duration(struct str s)
{
	struct cursor c = { s, 0 };
	bool negative = take(&c, '-');
	if (!take(&c, 'P') || at_end(&c))
		return feel_null();
	struct cursor ahead = c;
	struct feel_value months = months_duration(&ahead, negative);
	if (months.kind != FEEL_NULL)
		return months;
	__int128 total = 0;
	size_t next = 0;
	uint32_t nano = 0;
	int64_t v;
	char unit;
	bool clock = false;
	while (!at_end(&c)) {
		if (!clock && take(&c, 'T')) {
			clock = true;
			next = 0;
			if (at_end(&c))
				return feel_null();
		}
		if (!take_part(&c, clock ? "HMS" : "D", &next, &v, &nano, &unit))
			return feel_null();
		total += (__int128)v * unit_seconds(unit) * NANOS;
	}
	total += nano;
	return duration_value(negative ? -total : total);
}

struct feel_value feel_parse_temporal(struct str s)
{
	struct feel_value v = feel_parse_date(s);
	if (v.kind == FEEL_NULL)
		v = feel_parse_time(s);
	if (v.kind == FEEL_NULL)
		v = feel_parse_date_time(s);
	if (v.kind == FEEL_NULL)
		v = feel_parse_duration(s);
	return v;
}

struct out {
	char *p;
	size_t n;
};

static void put(struct out *o, const char *fmt, ...) PRINTF(2, 3);

static void put(struct out *o, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(o->p + o->n, MOMENT_TEXT_MAX - o->n, fmt, ap);
	va_end(ap);
	if (n > 0)
		o->n += (size_t)n < MOMENT_TEXT_MAX - o->n ? (size_t)n : MOMENT_TEXT_MAX - o->n - 1;
}

static void put_fraction(struct out *o, uint32_t nano)
{
	if (!nano)
		return;
	put(o, ".%09u", nano);
	while (o->p[o->n - 1] == '0')
		o->n--;
}

static void put_date(struct out *o, const struct feel_moment *m)
{
	put(o, "%s%04d-%02d-%02d", m->year < 0 ? "-" : "", m->year < 0 ? -m->year : m->year,
	    m->month, m->day);
}

static void put_time(struct out *o, const struct feel_moment *m)
{
	put(o, "%02d:%02d:%02d", m->hour, m->minute, m->second);
	put_fraction(o, m->nano);
	if (m->zone_kind == FEEL_ZONE_NAME) {
		put(o, "@%.*s", STR_ARG(zone_name(m->zone)));
	} else if (m->zone_kind == FEEL_ZONE_OFFSET) {
		int32_t a = m->offset < 0 ? -m->offset : m->offset;
		if (!a) {
			put(o, "Z");
			return;
		}
		put(o, "%c%02d:%02d", m->offset < 0 ? '-' : '+', a / 3600, a / 60 % 60);
		if (a % 60)
			put(o, ":%02d", a % 60);
	}
}

static void put_months(struct out *o, int64_t months)
{
	uint64_t a = months < 0 ? 0 - (uint64_t)months : (uint64_t)months;
	put(o, "%sP", months < 0 ? "-" : "");
	if (a / 12)
		put(o, "%lluY", (unsigned long long)(a / 12));
	if (a % 12 || !a)
		put(o, "%lluM", (unsigned long long)(a % 12));
}

static void put_days(struct out *o, struct feel_duration d)
{
	__int128 nanos = duration_nanos(d);
	bool negative = nanos < 0;
	if (negative)
		nanos = -nanos;
	int64_t s = (int64_t)(nanos / NANOS);
	uint32_t nano = (uint32_t)(nanos % NANOS);
	put(o, "%sP", negative ? "-" : "");
	if (s / DAY_SECONDS)
		put(o, "%lldD", (long long)(s / DAY_SECONDS));
	if (s % DAY_SECONDS || nano || !s)
		put(o, "T");
	if (s / 3600 % 24)
		put(o, "%lldH", (long long)(s / 3600 % 24));
	if (s / 60 % 60)
		put(o, "%lldM", (long long)(s / 60 % 60));
	if (s % 60 || nano || !s) {
		put(o, "%lld", (long long)(s % 60));
		put_fraction(o, nano);
		put(o, "S");
	}
}

size_t temporal_text(const struct feel_value *v, char out[MOMENT_TEXT_MAX])
{
	struct out o = { out, 0 };
	if (v->kind == FEEL_DATE || v->kind == FEEL_DATE_TIME)
		put_date(&o, &v->moment);
	if (v->kind == FEEL_DATE_TIME)
		put(&o, "T");
	if (v->kind == FEEL_TIME || v->kind == FEEL_DATE_TIME)
		put_time(&o, &v->moment);
	if (v->kind == FEEL_MONTHS_DURATION)
		put_months(&o, v->months);
	if (v->kind == FEEL_DAYS_DURATION)
		put_days(&o, v->duration);
	return o.n;
}
