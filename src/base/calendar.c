/* The civil calendar: day numbers by counting years from March, so that the leap
 * day ends a year, in eras of 400 years (146,097 days). */
#include "base/calendar.h"

#include <assert.h>

#include "base/clock.h"

enum { DAYS_400 = 146097, DAYS_TO_1970 = 719468 };

#define JST_OFFSET (9 * CLOCK_HOUR)

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int date_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	assert(month >= 1 && month <= 12);
	return days[month - 1] + (month == 2 && is_leap(year));
}

bool date_is_valid(struct date d)
{
	return d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
	       d.day <= date_month_days(d.year, d.month);
}

bool date_make(int year, int month, int day, struct date *ret)
{
	struct date d = { year, month, day };
	if (!date_is_valid(d))
		return false;
	*ret = d;
	return true;
}

int date_cmp(struct date x, struct date y)
{
	if (x.year != y.year)
		return x.year < y.year ? -1 : 1;
	if (x.month != y.month)
		return x.month < y.month ? -1 : 1;
	return x.day < y.day ? -1 : x.day > y.day;
}

static int64_t floor_div(int64_t x, int64_t by)
{
	return x / by - (x % by < 0);
}

int32_t date_days(struct date d)
{
	int64_t year = d.year - (d.month <= 2);
	int64_t era = floor_div(year, 400);
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (d.month + (d.month > 2 ? -3 : 9)) + 2) / 5 + d.day - 1;
	int64_t day = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
	return (int32_t)(era * DAYS_400 + day - DAYS_TO_1970);
}

struct date date_from_days(int32_t days)
{
	int64_t z = (int64_t)days + DAYS_TO_1970;
	int64_t era = floor_div(z, DAYS_400);
	int64_t day = z - era * DAYS_400;
	int64_t of_era = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t of_year = day - (365 * of_era + of_era / 4 - of_era / 100);
	int64_t shifted = (5 * of_year + 2) / 153;
	int month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	return (struct date){ (int)(of_era + era * 400 + (month <= 2)), month,
	                      (int)(of_year - (153 * shifted + 2) / 5 + 1) };
}

int date_weekday(struct date d)
{
	int64_t since_sunday = (int64_t)date_days(d) + 4; /* 1970-01-01 was a Thursday */
	return (int)(since_sunday - floor_div(since_sunday, 7) * 7);
}

struct date date_add_days(struct date d, int32_t n)
{
	return date_from_days(date_days(d) + n);
}

struct date date_add_months(struct date d, int n)
{
	int64_t months = (int64_t)d.year * 12 + d.month - 1 + n;
	int64_t year = floor_div(months, 12);
	if (year < 1)
		return (struct date){ 1, 1, 1 };
	if (year > 9999)
		return (struct date){ 9999, 12, 31 };
	struct date to = { (int)year, (int)(months - year * 12) + 1, d.day };
	int last = date_month_days(to.year, to.month);
	if (to.day > last)
		to.day = last;
	return to;
}

int date_fiscal_year(struct date d)
{
	return d.month >= 4 ? d.year : d.year - 1;
}

struct date date_fiscal_year_end(struct date d)
{
	return (struct date){ date_fiscal_year(d) + 1, 3, 31 };
}

int age_on(struct date birth, struct date on)
{
	if (date_cmp(on, birth) < 0)
		return -1;
	bool before = on.month < birth.month || (on.month == birth.month && on.day < birth.day);
	return on.year - birth.year - before;
}

int age_legal_on(struct date birth, struct date on)
{
	if (date_cmp(on, birth) < 0)
		return -1;
	return age_on(birth, date_add_days(on, 1));
}

struct date age_reached(struct date birth, int years)
{
	struct date day = { birth.year + years, birth.month, birth.day };
	if (!date_is_valid(day))
		day = (struct date){ day.year, 3, 1 }; /* born on a leap day */
	return date_add_days(day, -1);
}

struct datetime jst_from_us(int64_t us)
{
	int64_t local = us + JST_OFFSET;
	int64_t days = floor_div(local, CLOCK_DAY);
	int64_t rest = local - days * CLOCK_DAY;
	return (struct datetime){
		.date = date_from_days((int32_t)days),
		.hour = (int)(rest / CLOCK_HOUR),
		.minute = (int)(rest / CLOCK_MINUTE % 60),
		.second = (int)(rest / CLOCK_SECOND % 60),
		.microsecond = (int)(rest % CLOCK_SECOND),
	};
}

int64_t jst_to_us(struct datetime t)
{
	return jst_start(t.date) + t.hour * CLOCK_HOUR + t.minute * CLOCK_MINUTE +
	       t.second * CLOCK_SECOND + t.microsecond;
}

struct date jst_date(int64_t us)
{
	return jst_from_us(us).date;
}

struct date jst_today(void)
{
	return jst_date(clock_now_us());
}

int64_t jst_start(struct date d)
{
	return date_days(d) * CLOCK_DAY - JST_OFFSET;
}
