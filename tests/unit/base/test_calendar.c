/* Day numbers, ages and eras. */
#include "base/calendar.h"
#include "base/clock.h"
#include "base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h> /* behind ours: it has a macro called fail */

#define LEN(x) (sizeof(x) / sizeof((x)[0]))

static int setup(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	clock_set_for_test(CLOCK_REAL);
	arena_free(*state);
	return 0;
}

static void assert_str(struct str got, const char *want)
{
	if (!str_eq(got, str_c(want)))
		fail_msg("got \"%.*s\", want \"%s\"", STR_ARG(got), want);
}

static struct date day(const char *iso)
{
	struct date d;
	if (!date_parse(str_c(iso), &d))
		fail_msg("not a date: %s", iso);
	return d;
}

static void assert_day(struct date got, const char *want)
{
	struct date w = day(want);
	if (date_cmp(got, w) != 0)
		fail_msg("got %d-%d-%d, want %s", got.year, got.month, got.day, want);
}

static void day_numbers_go_there_and_back(void **state)
{
	(void)state;
	struct date last = { 0, 12, 31 };
	int32_t first = date_days((struct date){ 1, 1, 1 });
	int32_t end = date_days((struct date){ 9999, 12, 31 });
	assert_int_equal(end - first + 1, 3652059);
	for (int32_t n = first; n <= end; n++) {
		struct date d = date_from_days(n);
		if (!date_is_valid(d) || date_days(d) != n || date_cmp(last, d) >= 0)
			fail_msg("day %d", n);
		last = d;
	}
}

static void known_days(void **state)
{
	(void)state;
	assert_int_equal(date_days(day("1970-01-01")), 0);
	assert_int_equal(date_days(day("2000-02-29")), 11016);
	assert_int_equal(date_days(day("1969-12-31")), -1);
	assert_int_equal(date_weekday(day("1970-01-01")), 4);
	assert_int_equal(date_weekday(day("2026-11-20")), 5);
	assert_int_equal(date_weekday(day("1868-01-25")), 6);
	assert_int_equal(date_month_days(1900, 2), 28);
	assert_int_equal(date_month_days(2000, 2), 29);
}

static void months_clamp_to_their_end(void **state)
{
	(void)state;
	assert_day(date_add_months(day("2026-01-31"), 1), "2026-02-28");
	assert_day(date_add_months(day("2024-01-31"), 1), "2024-02-29");
	assert_day(date_add_months(day("2026-03-31"), -1), "2026-02-28");
	assert_day(date_add_months(day("2026-11-20"), 14), "2028-01-20");
	assert_day(date_add_months(day("2026-01-15"), -1), "2025-12-15");
	assert_day(date_add_months(day("2024-02-29"), 12), "2025-02-28");
	assert_day(date_add_months(day("2026-01-01"), 1000000), "9999-12-31");
	assert_day(date_add_months(day("2026-01-01"), -1000000), "0001-01-01");
	assert_day(date_add_days(day("2026-12-31"), 1), "2027-01-01");
}

static void fiscal_years_end_in_march(void **state)
{
	(void)state;
	assert_int_equal(date_fiscal_year(day("2026-03-31")), 2025);
	assert_int_equal(date_fiscal_year(day("2026-04-01")), 2026);
	assert_day(date_fiscal_year_end(day("2026-03-31")), "2026-03-31");
	assert_day(date_fiscal_year_end(day("2026-04-01")), "2027-03-31");
}

static void ages(void **state)
{
	(void)state;
	static const struct { const char *birth, *on; int age, legal; } rows[] = {
		{ "2008-04-01", "2026-03-30", 17, 17 },
		{ "2008-04-01", "2026-03-31", 17, 18 }, /* the day before: the law says 18 */
		{ "2008-04-01", "2026-04-01", 18, 18 },
		{ "2008-02-29", "2026-02-27", 17, 17 },
		{ "2008-02-29", "2026-02-28", 17, 18 },
		{ "2008-02-29", "2026-03-01", 18, 18 },
		{ "2008-02-29", "2028-02-28", 19, 20 },
		{ "2008-02-29", "2028-02-29", 20, 20 },
		{ "2026-11-20", "2026-11-20", 0, 0 },
		{ "2026-11-20", "2026-11-19", -1, -1 },
		{ "1926-12-25", "2026-12-25", 100, 100 },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(age_on(day(rows[i].birth), day(rows[i].on)), rows[i].age);
		assert_int_equal(age_legal_on(day(rows[i].birth), day(rows[i].on)), rows[i].legal);
	}
}

static void a_person_reaches_an_age_the_day_before(void **state)
{
	(void)state;
	assert_day(age_reached(day("2008-04-01"), 18), "2026-03-31");
	assert_day(age_reached(day("2008-04-02"), 18), "2026-04-01");
	assert_day(age_reached(day("2008-02-29"), 18), "2026-02-28");
	assert_day(age_reached(day("2008-02-29"), 20), "2028-02-28");
	for (int32_t n = date_days(day("2000-01-01")); n < date_days(day("2004-12-31")); n++) {
		struct date birth = date_from_days(n), at = age_reached(birth, 18);
		assert_int_equal(age_legal_on(birth, at), 18);
		assert_int_equal(age_legal_on(birth, date_add_days(at, -1)), 17);
	}
}

static void japan_is_nine_hours_ahead(void **state)
{
	int64_t us;
	assert_true(time_parse(STR("2026-11-20T15:00:00Z"), &us));
	assert_day(jst_date(us), "2026-11-21");
	assert_day(jst_date(us - 1), "2026-11-20");
	assert_int_equal(jst_start(day("2026-11-21")), us);
	assert_str(time_format_jst(*state, us - 1), "2026-11-20T23:59:59+09:00");
	assert_str(time_format(*state, us - 1), "2026-11-20T14:59:59.999999Z");
	assert_str(time_format(*state, -1), "1969-12-31T23:59:59.999999Z");
	clock_set_for_test(us);
	assert_day(jst_today(), "2026-11-21");
	for (int64_t t = -3 * CLOCK_DAY; t < 3 * CLOCK_DAY; t += 1234567891)
		assert_int_equal(jst_to_us(jst_from_us(t)), t);
}

static void iso_dates_are_strict(void **state)
{
	static const char *const bad[] = {
		"", "2026-11-2", "2026-1-20", "26-11-20", "2026-11-200", "2026/11/20", "2026-11-20 ",
		" 2026-11-20", "2026-02-29", "2026-13-01", "2026-00-01", "2026-11-31", "2026-11-00",
		"0000-01-01", "-026-11-20", "2026-+1-20", "２０２６-11-20", "2026-11-20T",
	};
	for (size_t i = 0; i < LEN(bad); i++) {
		struct date d = { 7, 7, 7 };
		if (date_parse(str_c(bad[i]), &d) || d.year != 7)
			fail_msg("accepted %s", bad[i]);
	}
	assert_str(date_format(*state, day("0033-04-03")), "0033-04-03");
}

static void times_are_strict(void **state)
{
	(void)state;
	static const struct { const char *text; int64_t us; } good[] = {
		{ "1970-01-01T00:00:00Z", 0 }, { "1970-01-01T09:00:00+09:00", 0 },
		{ "1969-12-31T20:30:00-03:30", 0 }, { "1970-01-01T00:00:00.5Z", 500000 },
		{ "1970-01-01T00:00:01.000001Z", 1000001 },
	};
	static const char *const bad[] = {
		"", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z", "1970-01-01T24:00:00Z",
		"1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z", "1970-01-01T00:00:00.Z",
		"1970-01-01T00:00:00.1234567Z", "1970-01-01T00:00:00+9:00", "1970-01-01T00:00:00+24:00",
		"1970-01-01T00:00:00+09:60", "1970-01-01T00:00:00Zx", "1970-02-30T00:00:00Z",
	};
	int64_t us;
	for (size_t i = 0; i < LEN(good); i++) {
		if (!time_parse(str_c(good[i].text), &us))
			fail_msg("refused %s", good[i].text);
		assert_int_equal(us, good[i].us);
	}
	for (size_t i = 0; i < LEN(bad); i++)
		if (time_parse(str_c(bad[i]), &us))
			fail_msg("accepted %s", bad[i]);
}

static void eras_begin_on_their_day(void **state)
{
	static const struct { const char *day, *text, *brief; } rows[] = {
		{ "2026-11-20", "令和8年11月20日", "R8.11.20" },
		{ "2019-05-01", "令和元年5月1日", "R1.5.1" },
		{ "2019-04-30", "平成31年4月30日", "H31.4.30" },
		{ "1989-01-08", "平成元年1月8日", "H1.1.8" },
		{ "1989-01-07", "昭和64年1月7日", "S64.1.7" },
		{ "1926-12-25", "昭和元年12月25日", "S1.12.25" },
		{ "1926-12-24", "大正15年12月24日", "T15.12.24" },
		{ "1912-07-30", "大正元年7月30日", "T1.7.30" },
		{ "1912-07-29", "明治45年7月29日", "M45.7.29" },
		{ "1873-01-01", "明治6年1月1日", "M6.1.1" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct date d = day(rows[i].day), back;
		assert_str(date_era_text(*state, d), rows[i].text);
		assert_str(date_era_short(*state, d), rows[i].brief);
		assert_true(date_read(str_c(rows[i].text), &back));
		assert_int_equal(date_cmp(back, d), 0);
		assert_true(date_read(str_c(rows[i].brief), &back));
		assert_int_equal(date_cmp(back, d), 0);
	}
	assert_str(date_era_text(*state, day("1872-12-31")), "1872年12月31日");
	assert_str(date_era_short(*state, day("1872-12-31")), "1872-12-31");
	int year;
	assert_string_equal(date_era(day("1868-01-25"), &year)->name, "明治");
	assert_int_equal(year, 1);
	assert_null(date_era(day("1868-01-24"), NULL));
	assert_string_equal(era_at(0)->name, "令和");
	assert_null(era_at(5));
}

static void dates_are_read_as_people_write_them(void **state)
{
	(void)state;
	static const struct { const char *typed, *day; } rows[] = {
		{ "令和８年１１月２０日", "2026-11-20" }, { "令和 8年 11月 20日", "2026-11-20" },
		{ "　令和8年11月20日　", "2026-11-20" }, { "令和元年５月１日", "2019-05-01" },
		{ "令和1年5月1日", "2019-05-01" }, { "Ｒ８．１１．２０", "2026-11-20" },
		{ "r8.11.20", "2026-11-20" }, { "R08.11.20", "2026-11-20" }, { "R8/11/20", "2026-11-20" },
		{ "R8-11-20", "2026-11-20" }, { "R8・11・20", "2026-11-20" }, { "R元.5.1", "2019-05-01" },
		{ "㋿8.11.20", "2026-11-20" }, { "㍼64年1月7日", "1989-01-07" },
		{ "Showa 64.1.7", "1989-01-07" }, { "しょうわ64年1月7日", "1989-01-07" },
		{ "2026-11-20", "2026-11-20" }, { "2026/11/20", "2026-11-20" },
		{ "2026.11.20", "2026-11-20" }, { "２０２６／１１／２０", "2026-11-20" },
		{ "２０２６ー１１ー２０", "2026-11-20" }, { "2026年11月20日", "2026-11-20" },
		{ "2026/1/2", "2026-01-02" }, { "20261120", "2026-11-20" },
		{ "２０２６１１２０", "2026-11-20" },
	};
	for (size_t i = 0; i < LEN(rows); i++) {
		struct date d;
		if (!date_read(str_c(rows[i].typed), &d))
			fail_msg("refused %s", rows[i].typed);
		assert_day(d, rows[i].day);
	}
}

static void dates_that_are_slips_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"", " ", "令和", "令和8年", "令和8年11月", "令和8年11月20", "令和0年1月1日",
		"令和8年2月29日", "昭和64年1月8日", "昭和65年1月1日", "平成31年5月1日", "平成元年1月7日",
		"大正15年12月25日", "明治45年7月30日", "明治5年12月2日", "令和元年4月30日", "令和100年1月1日",
		"R8.11/20", "R8.11", "R8年11.20", "R8 11 20", "X8.11.20", "8.11.20", "26/11/20",
		"2026-11", "2026年11月20", "2026-11-20x", "2026-11-2 0", "2026112", "202611200",
		"2026-13-01", "元年5月1日", "令和元元年5月1日", "2026--11-20", "\xE4\xBB", "R\xFF.1.1",
		"2026年11月31日", "99999999",
	};
	for (size_t i = 0; i < LEN(bad); i++) {
		struct date d;
		if (date_read(str_c(bad[i]), &d))
			fail_msg("accepted %s as %d-%d-%d", bad[i], d.year, d.month, d.day);
	}
}

static void every_era_day_is_read_back(void **state)
{
	struct arena *a = *state;
	for (int32_t n = date_days(day("1873-01-01")); n < date_days(day("2100-01-01")); n += 3) {
		struct date d = date_from_days(n), back = { 0 };
		arena_reset(a);
		if (!date_read(date_era_text(a, d), &back) || date_cmp(d, back) != 0 ||
		    !date_read(date_era_short(a, d), &back) || date_cmp(d, back) != 0 ||
		    !date_read(date_western_text(a, d), &back) || date_cmp(d, back) != 0 ||
		    !date_read(date_format(a, d), &back) || date_cmp(d, back) != 0)
			fail_msg("day %d", n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		T(day_numbers_go_there_and_back), T(known_days), T(months_clamp_to_their_end),
		T(fiscal_years_end_in_march), T(ages), T(a_person_reaches_an_age_the_day_before),
		T(japan_is_nine_hours_ahead), T(iso_dates_are_strict), T(times_are_strict),
		T(eras_begin_on_their_day), T(dates_are_read_as_people_write_them),
		T(dates_that_are_slips_are_refused), T(every_era_day_is_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
