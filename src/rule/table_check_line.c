/* Lines of the table checker: the values of one kind in order, cut at constants;
 * and a value out of each piece, for examples. A gap that holds no value (between
 * two days that follow each other) does not count. */
#include "rule/table_check_parts.h"

#include <stdlib.h>

#include "rule/temporal.h"

static int compare_points(const void *x, const void *y)
{
	return point_compare(x, y);
}

static bool has_line(enum feel_kind k)
{
	return k == FEEL_BOOL || k == FEEL_NUMBER || k == FEEL_STRING || k == FEEL_DATE ||
	       k == FEEL_TIME || k == FEEL_DATE_TIME || k == FEEL_DAYS_DURATION ||
	       k == FEEL_MONTHS_DURATION;
}

const struct line *line_of(const struct axis *x, enum feel_kind k)
{
	for (size_t i = 0; i < x->nlines; i++)
		if (x->lines[i].kind == k)
			return &x->lines[i];
	return NULL;
}

static struct line *line_get(struct axis *x, enum feel_kind k)
{
	struct line *l = (struct line *)(uintptr_t)line_of(x, k);
	if (!l && x->nlines < LINES_MAX) {
		l = &x->lines[x->nlines++];
		*l = (struct line){ .kind = k };
	}
	return l;
}

/* With no value: the line of a kind, without points. `first` is the room for
 * points until the line is cut. */
void line_add(struct check *c, struct axis *x, const struct feel_value *v)
{
	struct line *l = has_line(v->kind) ? line_get(x, v->kind) : NULL;
	if (!l)
		return;
	if (v->kind == FEEL_TIME || v->kind == FEEL_DATE_TIME)
		l->mixed |= v->moment.nano || (l->npoints && v->moment.zone_kind != l->points[0].moment.zone_kind);
	if (l->npoints == l->first) {
		size_t cap = l->first ? l->first * 2 : 16;
		struct feel_value *p = ARENA_ARRAY(c->scratch, struct feel_value, cap);
		if (l->npoints)
			memcpy(p, l->points, l->npoints * sizeof *p);
		l->points = p;
		l->first = cap;
	}
	l->points[l->npoints++] = *v;
}

static void cut(struct line *l)
{
	size_t kept = 0;
	if (l->npoints)
		qsort(l->points, l->npoints, sizeof *l->points, compare_points);
	for (size_t i = 0; i < l->npoints; i++)
		if (!kept || point_compare(&l->points[kept - 1], &l->points[i]) != 0)
			l->points[kept++] = l->points[i];
	l->npoints = kept;
}

void lines_cut(struct check *c, struct axis *x)
{
	const struct feel_value truths[] = { feel_bool(false), feel_bool(true) };
	if (line_of(x, FEEL_BOOL) || x->kind == FEEL_BOOL)
		for (size_t i = 0; i < 2; i++)
			line_add(c, x, &truths[i]);
	if (has_line(x->kind))
		line_get(x, x->kind);
	x->npieces = PIECE_LINES;
	for (size_t i = 0; i < x->nlines; i++) {
		cut(&x->lines[i]);
		x->lines[i].first = x->npieces;
		x->npieces += 2 * x->lines[i].npoints + 1;
	}
}

/* Strictly between; an end that is not there is open. */
static bool between(const struct feel_value *v, const struct feel_value *low,
                    const struct feel_value *high)
{
	return v->kind != FEEL_NULL && (!low || point_compare(low, v) < 0) &&
	       (!high || point_compare(v, high) < 0);
}

static bool number_between(const struct axis *x, const struct feel_value *low,
                           const struct feel_value *high, struct feel_value *ret)
{
	struct decimal one = dec_int(1), two = dec_int(2);
	struct feel_value tries[5];
	size_t n = 0;
	if (!low && !high) {
		tries[n++] = feel_int(0);
	} else if (!low) {
		tries[n++] = feel_number(dec_sub(dec_round(high->number, 0, DEC_CEILING), one));
		tries[n++] = feel_number(dec_sub(high->number, dec_abs(high->number)));
		tries[n++] = feel_number(dec_mul(high->number, two));
	} else {
		tries[n++] = feel_number(dec_add(dec_round(low->number, 0, DEC_FLOOR), one));
		if (high)
			tries[n++] = feel_number(dec_div(dec_add(low->number, high->number), two));
		else
			tries[n++] = feel_number(dec_mul(dec_abs(low->number), two));
	}
	for (size_t i = 0; i < n; i++)
		if (between(&tries[i], low, high) && (!x->whole || dec_integer(tries[i].number))) {
			*ret = tries[i];
			return true;
		}
	return false;
}

static bool text_between(struct check *c, const struct feel_value *low,
                         const struct feel_value *high, struct feel_value *ret)
{
	static const struct str tails[] = {
		STR_INIT("x"), STR_INIT("a"), STR_INIT("0"), STR_INIT(" "), STR_INIT("\x01"),
	};
	struct feel_value v = feel_string(STR("other"));
	if (between(&v, low, high)) {
		*ret = v;
		return true;
	}
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		v = feel_string(arena_join(c->scratch, low ? low->string : STR(""), tails[i]));
		if (between(&v, low, high)) {
			*ret = v;
			return true;
		}
	}
	v = feel_string(STR(""));
	if (between(&v, low, high)) {
		*ret = v;
		return true;
	}
	return false;
}

static struct feel_value moved(const struct feel_value *v, int64_t seconds)
{
	return moment_add_duration(v, (struct feel_duration){ .seconds = seconds });
}

static bool moment_between(enum feel_kind kind, const struct feel_value *low,
                           const struct feel_value *high, struct feel_value *ret)
{
	static const int64_t steps[] = { DAY_SECONDS, 3600, 60, 1 };
	if (!low && !high) {
		*ret = kind == FEEL_DATE ? feel_parse_date(STR("2026-04-01"))
		     : kind == FEEL_TIME ? feel_parse_time(STR("12:00:00"))
		                         : feel_parse_date_time(STR("2026-04-01T12:00:00"));
		return true;
	}
	for (size_t i = kind == FEEL_TIME ? 1 : 0; i < (kind == FEEL_DATE ? 1 : 4); i++) {
		struct feel_value v = low ? moved(low, steps[i]) : moved(high, -steps[i]);
		if (between(&v, low, high)) {
			*ret = v;
			return true;
		}
	}
	return false;
}

static bool months_value_between(const struct feel_value *low, const struct feel_value *high,
                                 struct feel_value *ret)
{
	struct feel_value v = { .kind = FEEL_MONTHS_DURATION, .months = 12 };
	if (low)
		v.months = low->months < INT64_MAX ? low->months + 1 : low->months;
	else if (high)
		v.months = high->months > INT64_MIN ? high->months - 1 : high->months;
	*ret = v;
	return between(&v, low, high);
}

static bool duration_between(const struct feel_value *low, const struct feel_value *high,
                             struct feel_value *ret)
{
	static const int64_t steps[] = { DAY_SECONDS, 3600, 60, 1 };
	struct feel_value v = { .kind = FEEL_DAYS_DURATION, .duration.seconds = DAY_SECONDS };
	if (!low && !high) {
		*ret = v;
		return true;
	}
	__int128 from = duration_nanos(low ? low->duration : high->duration);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		v = duration_value(low ? from + (__int128)steps[i] * NANOS : from - (__int128)steps[i] * NANOS);
		if (between(&v, low, high)) {
			*ret = v;
			return true;
		}
	}
	if (low && high)
		v = duration_value((from + duration_nanos(high->duration)) / 2);
	*ret = v;
	return between(&v, low, high);
}

static bool gap_value(struct check *c, const struct axis *x, const struct line *l, size_t i,
                      struct feel_value *ret)
{
	const struct feel_value *low = i ? &l->points[i - 1] : NULL;
	const struct feel_value *high = i < l->npoints ? &l->points[i] : NULL;
	switch (l->kind) {
	case FEEL_NUMBER: return number_between(x, low, high, ret);
	case FEEL_STRING: return text_between(c, low, high, ret);
	case FEEL_DATE: case FEEL_TIME: case FEEL_DATE_TIME:
		return moment_between(l->kind, low, high, ret);
	case FEEL_MONTHS_DURATION: return months_value_between(low, high, ret);
	case FEEL_DAYS_DURATION: return duration_between(low, high, ret);
	default: return false;
	}
}

bool piece_value(struct check *c, const struct axis *x, size_t piece, struct feel_value *ret)
{
	if (piece == PIECE_NULL) {
		*ret = feel_null();
		return true;
	}
	for (size_t i = 0; i < x->nlines; i++) {
		const struct line *l = &x->lines[i];
		size_t at = piece - l->first;
		if (piece < l->first || at > 2 * l->npoints)
			continue;
		if (at % 2 == 0)
			return gap_value(c, x, l, at / 2, ret);
		*ret = l->points[at / 2];
		return !x->whole || ret->kind != FEEL_NUMBER || dec_integer(ret->number);
	}
	return false;
}
