/* Dates, times and durations: the calendar, instants, arithmetic, order.
 * Proleptic Gregorian; years ±999,999,999 (DMN 1.5 §10.3.2.3.4 to .7). */
#ifndef MUSUBI_RULE_TEMPORAL_H
#define MUSUBI_RULE_TEMPORAL_H

#include "rule/value.h"

enum { YEAR_MAX = 999999999, DAY_SECONDS = 86400, NANOS = 1000000000 };
enum { MOMENT_TEXT_MAX = 96 };

/* Days since 1970-01-01, and back (year out of range: false). */
int64_t civil_days(int64_t year, unsigned month, unsigned day);
bool civil_from_days(int64_t days, struct feel_moment *ret);
unsigned month_days(int64_t year, unsigned month);
bool date_valid(int64_t year, int64_t month, int64_t day);
unsigned weekday_iso(const struct feel_moment *m); /* 1 Monday … 7 Sunday */

static inline int64_t clock_seconds(const struct feel_moment *m)
{
	return (int64_t)m->hour * 3600 + m->minute * 60 + m->second;
}
static inline bool has_zone(const struct feel_moment *m) { return m->zone_kind != FEEL_ZONE_NONE; }

/* Seconds east of UTC; zero for a local moment. For a named zone the rule in
 * force at that local time; a TIME takes standard time. */
int32_t moment_offset(enum feel_kind kind, const struct feel_moment *m);
/* Seconds since 1970-01-01T00:00Z (a TIME: since its midnight UTC). */
int64_t moment_seconds(enum feel_kind kind, const struct feel_moment *m);
bool moment_equal(const struct feel_value *x, const struct feel_value *y);
bool moment_order(const struct feel_value *x, const struct feel_value *y, int *ret);

/* Null when the result leaves the calendar. */
struct feel_value moment_add_duration(const struct feel_value *v, struct feel_duration d);
struct feel_value moment_add_months(const struct feel_value *v, int64_t months);
struct feel_value moment_diff(const struct feel_value *x, const struct feel_value *y);
/* Whole months from x to y, toward zero, by the calendar days alone: neither
 * the time of the day nor the zone counts. */
int64_t months_between(const struct feel_value *x, const struct feel_value *y);
/* The moment at a UTC instant, seen at an offset. */
struct feel_value moment_from_utc(int64_t seconds, uint32_t nano, int32_t offset);

__int128 duration_nanos(struct feel_duration d);
struct feel_value duration_value(__int128 nanos); /* null when out of range */
struct decimal duration_decimal(struct feel_duration d); /* seconds, exact */

/* year, month, day, weekday, hour, minute, second, time offset, timezone,
 * years, months, days, hours, minutes, seconds. False: no such property. */
bool temporal_property(const struct feel_value *v, struct str name, struct feel_value *ret);

/* Text; out has no NUL. */
size_t temporal_text(const struct feel_value *v, char out[MOMENT_TEXT_MAX]);

#endif
