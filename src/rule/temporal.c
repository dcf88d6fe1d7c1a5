/* The calendar and the arithmetic of moments and durations.
 * DMN 1.5 §10.3.2.3.4 (time) to §10.3.2.3.8 (durations), table 57 (arithmetic). */
#include "rule/temporal.h"

#include "rule/zone.h"

static int64_t floor_div(int64_t x, int64_t y)
{
	return x / y - (x % y < 0);
}

/* Days from the civil calendar: years begin in March, eras have 400 years. */
int64_t civil_days(int64_t year, unsigned month, unsigned day)
{
	int64_t y = year - (month <= 2);
	int64_t era = floor_div(y, 400), yoe = y - era * 400;
	int64_t doy = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + (int64_t)day - 1;
	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool civil_from_days(int64_t days, struct feel_moment *ret)
{
	if (days > 366LL * (YEAR_MAX + 1LL) || days < -366LL * (YEAR_MAX + 1LL))
		return false;
	int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2);
	if (year > YEAR_MAX || year < -YEAR_MAX)
		return false;
	ret->year = (int32_t)year;
	ret->month = (uint8_t)month;
	ret->day = (uint8_t)(doy - (153 * mp + 2) / 5 + 1);
	return true;
}

unsigned month_days(int64_t year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

bool date_valid(int64_t year, int64_t month, int64_t day)
{
	return year >= -YEAR_MAX && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
	       day <= month_days(year, (unsigned)month);
}

static int64_t moment_days(const struct feel_moment *m)
{
	return civil_days(m->year, m->month, m->day);
}

unsigned weekday_iso(const struct feel_moment *m)
{
	int64_t d = moment_days(m) + 3; /* 1970-01-01 was a Thursday */
	return (unsigned)(d - floor_div(d, 7) * 7) + 1;
}

int32_t moment_offset(enum feel_kind kind, const struct feel_moment *m)
{
	if (m->zone_kind == FEEL_ZONE_OFFSET)
		return m->offset;
	if (m->zone_kind == FEEL_ZONE_NAME)
		return kind == FEEL_TIME ? zone_standard(m->zone)
		                         : zone_offset_local(m->zone, moment_days(m), clock_seconds(m));
	return 0;
}

int64_t moment_seconds(enum feel_kind kind, const struct feel_moment *m)
{
	int64_t days = kind == FEEL_TIME ? 0 : moment_days(m);
	int64_t clock = kind == FEEL_DATE ? 0 : clock_seconds(m);
	return days * DAY_SECONDS + clock - moment_offset(kind, m);
}

bool moment_order(const struct feel_value *x, const struct feel_value *y, int *ret)
{
	int64_t a = moment_seconds(x->kind, &x->moment), b = moment_seconds(y->kind, &y->moment);
	uint32_t p = x->moment.nano, q = y->moment.nano;
	*ret = a != b ? (a < b ? -1 : 1) : (p > q) - (p < q);
	return true;
}

/* By the properties year … second and the offset: parts of a second do not count
 * (§10.3.2.3.4), though they do order. */
bool moment_equal(const struct feel_value *x, const struct feel_value *y)
{
	return has_zone(&x->moment) == has_zone(&y->moment) &&
	       moment_seconds(x->kind, &x->moment) == moment_seconds(y->kind, &y->moment);
}

struct decimal duration_decimal(struct feel_duration d)
{
	struct decimal nanos = dec_div(dec_int(d.nano), dec_int(NANOS));
	return dec_add(dec_int(d.seconds), nanos);
}

__int128 duration_nanos(struct feel_duration d)
{
	return (__int128)d.seconds * NANOS + d.nano;
}

struct feel_value duration_value(__int128 nanos)
{
	struct feel_value v = { .kind = FEEL_DAYS_DURATION };
	__int128 seconds = nanos / NANOS - (nanos % NANOS < 0);
	if (seconds > INT64_MAX / 4 || seconds < INT64_MIN / 4)
		return feel_null();
	v.duration.seconds = (int64_t)seconds;
	v.duration.nano = (uint32_t)(nanos - seconds * NANOS);
	return v;
}

/* Sets date and clock from local seconds since 1970; keeps the zone. */
static bool moment_set(struct feel_moment *m, __int128 nanos)
{
	__int128 seconds = nanos / NANOS - (nanos % NANOS < 0);
	__int128 days = seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0);
	int64_t clock = (int64_t)(seconds - days * DAY_SECONDS);
	if (days > INT64_MAX / 2 || days < INT64_MIN / 2 || !civil_from_days((int64_t)days, m))
		return false;
	m->hour = (uint8_t)(clock / 3600);
	m->minute = (uint8_t)(clock / 60 % 60);
	m->second = (uint8_t)(clock % 60);
	m->nano = (uint32_t)(nanos - seconds * NANOS);
	return true;
}

struct feel_value moment_from_utc(int64_t seconds, uint32_t nano, int32_t offset)
{
	struct feel_moment m = { .zone_kind = FEEL_ZONE_OFFSET, .offset = offset };
	if (!moment_set(&m, (__int128)(seconds + offset) * NANOS + nano))
		return feel_null();
	return feel_moment(FEEL_DATE_TIME, m);
}

static struct feel_value time_add(struct feel_moment m, __int128 nanos)
{
	const __int128 day = (__int128)DAY_SECONDS * NANOS;
	__int128 at = ((__int128)clock_seconds(&m) * NANOS + m.nano + nanos % day + day) % day;
	struct feel_moment t = m;
	if (!moment_set(&t, at))
		return feel_null();
	t.year = 0;
	t.month = t.day = 0;
	return feel_moment(FEEL_TIME, t);
}

/* A date moves on from its midnight and stays a date (DMN 1.5 table 57). With
 * a named zone the clock on the wall follows the instant. */
struct feel_value moment_add_duration(const struct feel_value *v, struct feel_duration d)
{
	struct feel_moment m = v->moment;
	__int128 nanos = duration_nanos(d);
	if (v->kind == FEEL_TIME)
		return time_add(m, nanos);
	if (v->kind == FEEL_DATE) {
		if (!moment_set(&m, (__int128)moment_days(&m) * DAY_SECONDS * NANOS + nanos))
			return feel_null();
		m.hour = m.minute = m.second = 0;
		m.nano = 0;
		return feel_moment(FEEL_DATE, m);
	}
	__int128 utc = (__int128)moment_seconds(v->kind, &m) * NANOS + m.nano + nanos;
	int32_t offset = moment_offset(v->kind, &m);
	if (m.zone_kind == FEEL_ZONE_NAME && utc / NANOS < INT64_MAX / 2 && utc / NANOS > INT64_MIN / 2)
		offset = zone_offset_utc(m.zone, (int64_t)(utc / NANOS));
	if (!moment_set(&m, utc + (__int128)offset * NANOS))
		return feel_null();
	return feel_moment(FEEL_DATE_TIME, m);
}

struct feel_value moment_add_months(const struct feel_value *v, int64_t months)
{
	struct feel_moment m = v->moment;
	int64_t index;
	if (__builtin_add_overflow((int64_t)m.year * 12 + m.month - 1, months, &index))
		return feel_null();
	int64_t year = floor_div(index, 12);
	unsigned month = (unsigned)(index - year * 12) + 1;
	if (year > YEAR_MAX || year < -YEAR_MAX)
		return feel_null();
	unsigned last = month_days(year, month);
	m.year = (int32_t)year;
	m.month = (uint8_t)month;
	m.day = m.day > last ? (uint8_t)last : m.day;
	return feel_moment(v->kind, m);
}

struct feel_value moment_diff(const struct feel_value *x, const struct feel_value *y)
{
	__int128 a = (__int128)moment_seconds(x->kind, &x->moment) * NANOS + x->moment.nano;
	__int128 b = (__int128)moment_seconds(y->kind, &y->moment) * NANOS + y->moment.nano;
	return duration_value(a - b);
}

int64_t months_between(const struct feel_value *x, const struct feel_value *y)
{
	const struct feel_moment *a = &x->moment, *b = &y->moment;
	int64_t months = ((int64_t)b->year - a->year) * 12 + b->month - a->month;
	if (months > 0 && b->day < a->day)
		months--;
	if (months < 0 && b->day > a->day)
		months++;
	return months;
}

static bool date_property(const struct feel_moment *m, struct str name, struct feel_value *ret)
{
	if (str_eq(name, STR("year")))
		*ret = feel_int(m->year);
	else if (str_eq(name, STR("month")))
		*ret = feel_int(m->month);
	else if (str_eq(name, STR("day")))
		*ret = feel_int(m->day);
	else if (str_eq(name, STR("weekday")))
		*ret = feel_int(weekday_iso(m));
	else
		return false;
	return true;
}

static bool time_property(enum feel_kind kind, const struct feel_moment *m, struct str name,
                          struct feel_value *ret)
{
	if (str_eq(name, STR("hour")))
		*ret = feel_int(m->hour);
	else if (str_eq(name, STR("minute")))
		*ret = feel_int(m->minute);
	else if (str_eq(name, STR("second")))
		*ret = feel_int(m->second);
	else if (str_eq(name, STR("time offset")))
		*ret = has_zone(m) ? duration_value((__int128)moment_offset(kind, m) * NANOS) : feel_null();
	else if (str_eq(name, STR("timezone")))
		*ret = m->zone_kind == FEEL_ZONE_NAME ? feel_string(zone_name(m->zone)) : feel_null();
	else
		return false;
	return true;
}

/* Components toward zero, as the text form shows them: PT-36H is -1 day, -12 hours. */
static bool duration_property(const struct feel_value *v, struct str name, struct feel_value *ret)
{
	int64_t s = v->duration.seconds + (v->duration.seconds < 0 && v->duration.nano);
	if (str_eq(name, STR("days")))
		*ret = feel_int(s / DAY_SECONDS);
	else if (str_eq(name, STR("hours")))
		*ret = feel_int(s / 3600 % 24);
	else if (str_eq(name, STR("minutes")))
		*ret = feel_int(s / 60 % 60);
	else if (str_eq(name, STR("seconds")))
		*ret = feel_int(s % 60);
	else
		return false;
	return true;
}

bool temporal_property(const struct feel_value *v, struct str name, struct feel_value *ret)
{
	switch (v->kind) {
	case FEEL_DATE:
		return date_property(&v->moment, name, ret);
	case FEEL_TIME:
		return time_property(v->kind, &v->moment, name, ret);
	case FEEL_DATE_TIME:
		return date_property(&v->moment, name, ret) ||
		       time_property(v->kind, &v->moment, name, ret);
	case FEEL_DAYS_DURATION:
		return duration_property(v, name, ret);
	case FEEL_MONTHS_DURATION:
		if (str_eq(name, STR("years")))
			*ret = feel_int(v->months / 12);
		else if (str_eq(name, STR("months")))
			*ret = feel_int(v->months % 12);
		else
			return false;
		return true;
	default:
		return false;
	}
}
