/* Dates of PDF (ISO 32000-1 §7.9.4). */
#include "base/calendar.h"
#include "base/clock.h"
#include "sign/pdf.h"

struct str pdf_date(struct arena *a, int64_t us)
{
	struct datetime t = jst_from_us(us);
	return arena_printf(a, "D:%04d%02d%02d%02d%02d%02d+09'00'", t.date.year, t.date.month, t.date.day,
	                    t.hour, t.minute, t.second);
}

/* n digits off the front; -1 when they are not there. */
static int digits(struct str *s, size_t n)
{
	uint64_t v;
	if (s->n < n || s->p[0] == '-' || !str_to_u64(str_sub(*s, 0, n), &v))
		return -1;
	*s = str_from(*s, n);
	return (int)v;
}

/* "Z", "+09'00'", "+09'00": minutes east of UTC. */
static bool zone(struct str s, int *ret)
{
	if (str_eq(s, STR("Z"))) {
		*ret = 0;
		return true;
	}
	if (s.n < 6 || s.n > 7 || (s.p[0] != '+' && s.p[0] != '-') || (s.n == 7 && s.p[6] != '\''))
		return false;
	int sign = s.p[0] == '-' ? -1 : 1;
	s = str_sub(s, 1, 5);
	int h = digits(&s, 2);
	if (h < 0 || h > 14 || s.p[0] != '\'')
		return false;
	s = str_from(s, 1);
	int m = digits(&s, 2);
	*ret = sign * (h * 60 + m);
	return m >= 0 && m < 60;
}

bool pdf_date_parse(struct str s, int64_t *ret_us)
{
	struct datetime t = { 0 };
	int east;
	if (!str_starts(s, STR("D:")))
		return false;
	s = str_from(s, 2);
	t.date.year = digits(&s, 4);
	t.date.month = digits(&s, 2);
	t.date.day = digits(&s, 2);
	t.hour = digits(&s, 2);
	t.minute = digits(&s, 2);
	t.second = digits(&s, 2);
	if (!date_is_valid(t.date) || t.hour < 0 || t.hour > 23 || t.minute < 0 || t.minute > 59 ||
	    t.second < 0 || t.second > 59 || !zone(s, &east))
		return false;
	*ret_us = jst_to_us(t) + 9 * CLOCK_HOUR - east * CLOCK_MINUTE;
	return true;
}
