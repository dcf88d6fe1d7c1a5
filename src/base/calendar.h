/* Days, months and years of the civil calendar, Japan's time and Japan's eras.
 *
 * Dates are proleptic Gregorian, years 1 to 9999. Inside the house a moment is
 * int64_t microseconds UTC (base/clock.h); Japan Standard Time is UTC+9 without
 * summer time (Act No. 167 of 1895; the summer time of 1948 to 1951 is not
 * applied: nothing here is older than its register). 元号 are shown from
 * 1873-01-01 (明治6年1月1日), the day Japan took the Gregorian calendar: before it
 * months and days were lunisolar, so earlier dates are written the western way
 * and 明治1年 to 5年 are not read.
 *
 * Eras (元号法 and the edicts before it): the whole first day is the new era's.
 * 明治 1868-01-25 (慶応4年1月1日, set back to the new year), 大正 1912-07-30, 昭和
 * 1926-12-25, 平成 1989-01-08, 令和 2019-05-01. A year or day outside its era
 * (昭和65年, 平成31年5月1日) is refused: it is more often a slip than a date. */
#ifndef MUSUBI_BASE_CALENDAR_H
#define MUSUBI_BASE_CALENDAR_H

#include "base/arena.h"

struct date {
	int year, month, day;
};

struct datetime {
	struct date date;
	int hour, minute, second, microsecond;
};

/* False, and *ret untouched, when there is no such day. */
bool date_make(int year, int month, int day, struct date *ret);
bool date_is_valid(struct date d);
int date_month_days(int year, int month);
int date_cmp(struct date x, struct date y); /* <0, 0, >0 */
/* Days since 1970-01-01, and back. */
int32_t date_days(struct date d);
struct date date_from_days(int32_t days);
int date_weekday(struct date d); /* 0 Sunday */
struct date date_add_days(struct date d, int32_t n);
/* The same day n months on; the last of the month when there is no such day
 * (民法 §143: 1月31日 + 1か月 = 2月末日). Clamped to years 1 to 9999. */
struct date date_add_months(struct date d, int n);
/* 年度: the year in which its April lies. */
int date_fiscal_year(struct date d);
/* The first 31 March on or after d (児童手当法: 最初の三月三十一日). */
struct date date_fiscal_year_end(struct date d);

/* Completed years by the birthday, as people count; someone born on 29 February
 * has it on 1 March of a common year. -1 before birth. */
int age_on(struct date birth, struct date on);
/* By law (年齢計算ニ関スル法律, 民法 §143): a year is complete at the end of the day
 * before the birthday, so on that day the person "reaches" the age (達する日). */
int age_legal_on(struct date birth, struct date on);
/* 達する日: the day on which the person legally reaches an age. */
struct date age_reached(struct date birth, int years);

/* Japan Standard Time. */
struct datetime jst_from_us(int64_t us);
int64_t jst_to_us(struct datetime t);
struct date jst_date(int64_t us);
struct date jst_today(void);
/* The first microsecond of the day in Japan. */
int64_t jst_start(struct date d);

/* ISO 8601 calendar date, strictly YYYY-MM-DD. */
bool date_parse(struct str s, struct date *ret);
struct str date_format(struct arena *a, struct date d);
/* RFC 3339: "2026-11-20T03:04:05.000006Z" and, for people, "…T12:04:05+09:00".
 * Reads any offset, up to microseconds; no leap second. */
bool time_parse(struct str s, int64_t *ret_us);
struct str time_format(struct arena *a, int64_t us);
struct str time_format_jst(struct arena *a, int64_t us);

/* Eras. */
struct era {
	const char *name;    /* 令和 */
	const char *reading; /* れいわ */
	const char *english; /* Reiwa */
	char letter;         /* R */
	struct date first;
};
/* The era of a day and its year in it; NULL before 1868-01-25. */
const struct era *date_era(struct date d, int *ret_year);
/* Newest first; NULL past the end. For lists in forms. */
const struct era *era_at(size_t i);
/* Names as in struct era, the letter in any case or width, and ㋿ ㍻ ㍼ ㍽ ㍾. */
const struct era *era_find(struct str name);
bool date_from_era(struct str era, int year, int month, int day, struct date *ret);
/* 令和8年11月20日, 令和元年5月1日; and R8.11.20. */
struct str date_era_text(struct arena *a, struct date d);
struct str date_era_short(struct arena *a, struct date d);
/* 2026年11月20日. */
struct str date_western_text(struct arena *a, struct date d);
/* What people type, digits of both widths: 令和8年11月20日, 令和元年5月1日, R8.11.20,
 * ㍼64.1.7, 2026-11-20, 2026/11/20, 2026年11月20日, 20261120. */
bool date_read(struct str s, struct date *ret);

#endif
