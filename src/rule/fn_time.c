/* Functions of dates (DMN 1.5 §10.3.4.8) and the house's own: age and 元号. */
#include "rule/builtin.h"

#include "base/calendar.h"
#include "rule/temporal.h"

static bool date_of(const struct feel_value *v)
{
	return v->kind == FEEL_DATE || v->kind == FEEL_DATE_TIME;
}

static int64_t day_of_year(const struct feel_moment *m)
{
	return civil_days(m->year, m->month, m->day) - civil_days(m->year, 1, 1) + 1;
}

struct feel_value fn_day_of_year(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)m, (void)n;
	return date_of(&args[0]) ? feel_int(day_of_year(&args[0].moment)) : feel_null();
}

struct feel_value fn_day_of_week(struct machine *m, const struct feel_value *args, size_t n)
{
	static const struct str names[] = {
		STR_INIT("Monday"), STR_INIT("Tuesday"), STR_INIT("Wednesday"), STR_INIT("Thursday"),
		STR_INIT("Friday"), STR_INIT("Saturday"), STR_INIT("Sunday"),
	};
	(void)m, (void)n;
	return date_of(&args[0]) ? feel_string(names[weekday_iso(&args[0].moment) - 1]) : feel_null();
}

struct feel_value fn_month_of_year(struct machine *m, const struct feel_value *args, size_t n)
{
	static const struct str names[] = {
		STR_INIT("January"), STR_INIT("February"), STR_INIT("March"), STR_INIT("April"),
		STR_INIT("May"), STR_INIT("June"), STR_INIT("July"), STR_INIT("August"),
		STR_INIT("September"), STR_INIT("October"), STR_INIT("November"), STR_INIT("December"),
	};
	(void)m, (void)n;
	return date_of(&args[0]) ? feel_string(names[args[0].moment.month - 1]) : feel_null();
}

/* Weeks of a year by ISO 8601: 53 when it begins, or a leap year begins a day
 * before, on a Thursday. */
static int64_t weeks_in(int64_t year)
{
	struct feel_moment first = { .year = (int32_t)year, .month = 1, .day = 1 };
	unsigned day = weekday_iso(&first);
	return day == 4 || (day == 3 && month_days(year, 2) == 29) ? 53 : 52;
}

struct feel_value fn_week_of_year(struct machine *m, const struct feel_value *args, size_t n)
{
	(void)m, (void)n;
	if (!date_of(&args[0]))
		return feel_null();
	const struct feel_moment *t = &args[0].moment;
	int64_t week = (day_of_year(t) - weekday_iso(t) + 10) / 7;
	if (week < 1)
		week = weeks_in((int64_t)t->year - 1);
	else if (week > weeks_in(t->year))
		week = 1;
	return feel_int(week);
}

/* Within the years that base/calendar.h counts. */
static bool civil_date(const struct feel_value *v, struct date *ret)
{
	return date_of(v) && date_make(v->moment.year, v->moment.month, v->moment.day, ret);
}

static struct feel_value date_value(struct date d)
{
	return feel_moment(FEEL_DATE, (struct feel_moment){ .year = d.year,
		.month = (uint8_t)d.month, .day = (uint8_t)d.day });
}

typedef int age_fn(struct date birth, struct date on);

/* On a day, today unless given; null before birth. */
static struct feel_value age(struct machine *m, const struct feel_value *args, size_t n,
                             age_fn *count)
{
	struct date birth, on;
	struct feel_value day = n > 1 ? args[1] : fn_today(m, NULL, 0);
	if (!civil_date(&args[0], &birth) || !civil_date(&day, &on))
		return feel_null();
	int years = count(birth, on);
	return years < 0 ? feel_null() : feel_int(years);
}

/* 満年齢: completed years by the birthday. */
struct feel_value fn_age(struct machine *m, const struct feel_value *args, size_t n)
{
	return age(m, args, n, age_on);
}

/* 年齢計算ニ関スル法律: a year is complete on the day before the birthday. */
struct feel_value fn_legal_age(struct machine *m, const struct feel_value *args, size_t n)
{
	return age(m, args, n, age_legal_on);
}

/* 令和8年11月20日 */
struct feel_value fn_era_date(struct machine *m, const struct feel_value *args, size_t n)
{
	struct date d;
	(void)n;
	if (!civil_date(&args[0], &d))
		return feel_null();
	return feel_string(date_era_text(m->a, d));
}

/* 年度 */
struct feel_value fn_fiscal_year(struct machine *m, const struct feel_value *args, size_t n)
{
	struct date d;
	(void)m, (void)n;
	return civil_date(&args[0], &d) ? feel_int(date_fiscal_year(d)) : feel_null();
}

/* 最初の三月三十一日 */
struct feel_value fn_fiscal_year_end(struct machine *m, const struct feel_value *args, size_t n)
{
	struct date d;
	(void)m, (void)n;
	return civil_date(&args[0], &d) ? date_value(date_fiscal_year_end(d)) : feel_null();
}
