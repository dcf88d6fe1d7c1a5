/* ISO 8601 dates and RFC 3339 times, strictly. */
#include "base/calendar.h"

#include "base/clock.h"

/* Exactly n digits at the front of *s. */
static bool digits(struct str *s, size_t n, int *ret)
{
	uint64_t v;
	if (s->n < n || !str_to_u64(str_sub(*s, 0, n), &v))
		return false;
	*ret = (int)v;
	*s = str_from(*s, n);
	return true;
}

static bool mark(struct str *s, char c)
{
	if (s->n == 0 || s->p[0] != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

static bool date_front(struct str *s, struct date *ret)
{
	int y, m, d;
	return digits(s, 4, &y) && mark(s, '-') && digits(s, 2, &m) && mark(s, '-') &&
	       digits(s, 2, &d) && date_make(y, m, d, ret);
}

bool date_parse(struct str s, struct date *ret)
{
	struct date d;
	if (!date_front(&s, &d) || s.n)
		return false;
	*ret = d;
	return true;
}

struct str date_format(struct arena *a, struct date d)
{
	return arena_printf(a, "%04d-%02d-%02d", d.year, d.month, d.day);
}

/* Up to six digits behind the point; more would be lost, so they are refused. */
static bool fraction(struct str *s, int *ret)
{
	int scale = 1000000, v = 0;
	*ret = 0;
	if (!mark(s, '.'))
		return true;
	if (s->n == 0 || s->p[0] < '0' || s->p[0] > '9')
		return false;
	while (s->n && s->p[0] >= '0' && s->p[0] <= '9') {
		if (scale == 1)
			return false;
		scale /= 10;
		v += (s->p[0] - '0') * scale;
		*s = str_from(*s, 1);
	}
	*ret = v;
	return true;
}

static bool offset(struct str *s, int *ret_minutes)
{
	int h, m;
	if (mark(s, 'Z')) {
		*ret_minutes = 0;
		return true;
	}
	bool west = mark(s, '-');
	if (!west && !mark(s, '+'))
		return false;
	if (!digits(s, 2, &h) || !mark(s, ':') || !digits(s, 2, &m) || h > 23 || m > 59)
		return false;
	*ret_minutes = (h * 60 + m) * (west ? -1 : 1);
	return true;
}

bool time_parse(struct str s, int64_t *ret_us)
{
	struct datetime t;
	int minutes;
	bool fine = date_front(&s, &t.date) && mark(&s, 'T') && digits(&s, 2, &t.hour) &&
	            mark(&s, ':') && digits(&s, 2, &t.minute) && mark(&s, ':') &&
	            digits(&s, 2, &t.second) && fraction(&s, &t.microsecond) &&
	            offset(&s, &minutes) && s.n == 0;
	if (!fine || t.hour > 23 || t.minute > 59 || t.second > 59)
		return false;
	*ret_us = jst_to_us(t) + 9 * CLOCK_HOUR - minutes * CLOCK_MINUTE;
	return true;
}

struct str time_format(struct arena *a, int64_t us)
{
	struct datetime t = jst_from_us(us - 9 * CLOCK_HOUR);
	return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", t.date.year, t.date.month,
	                    t.date.day, t.hour, t.minute, t.second, t.microsecond);
}

struct str time_format_jst(struct arena *a, int64_t us)
{
	struct datetime t = jst_from_us(us);
	return arena_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d+09:00", t.date.year, t.date.month,
	                    t.date.day, t.hour, t.minute, t.second);
}
