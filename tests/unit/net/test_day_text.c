/* Days and hours as people read them: with readings where they are wanted, and
 * nothing but the words where only plain text goes (mail, PDF, JSON). */
#include "net/day_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static int setup(void **state)
{
	*state = arena_new(0);
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct str day(struct arena *a, int year, int month, int d, enum lang lang)
{
	return day_text(a, (struct date){ year, month, d }, lang);
}

static bool has_markup(struct str s)
{
	return str_find_char(s, '{') != STR_NONE || str_find_char(s, '|') != STR_NONE;
}

static void japanese_has_the_era(void **state)
{
	assert_true(str_eq(day(*state, 2026, 11, 20, LANG_JA), STR("2026年11月20日（令和8年）")));
	assert_true(str_eq(day(*state, 2019, 5, 1, LANG_JA), STR("2019年5月1日（令和元年）")));
	assert_true(str_eq(day(*state, 2019, 4, 30, LANG_JA), STR("2019年4月30日（平成31年）")));
}

static void english_is_plain(void **state)
{
	assert_true(str_eq(day(*state, 2026, 11, 20, LANG_EN), STR("20 November 2026")));
}

/* Days of the month are not read as their numbers are. */
static void easy_japanese_has_readings(void **state)
{
	assert_true(str_find(day(*state, 2026, 11, 20, LANG_EASY), STR("|はつか}")) != STR_NONE);
	assert_true(str_find(day(*state, 2026, 11, 1, LANG_EASY), STR("|ついたち}")) != STR_NONE);
	assert_true(str_find(day(*state, 2026, 11, 20, LANG_EASY), STR("令和")) == STR_NONE);
}

/* Every day of a year: no markup in two languages, and in the third none that is
 * left when only the words are wanted. */
static void plain_text_is_plain(void **state)
{
	for (int month = 1; month <= 12; month++)
		for (int d = 1; d <= 28; d++) {
			struct arena *a = arena_new(0);
			assert_false(has_markup(day(a, 2026, month, d, LANG_JA)));
			assert_false(has_markup(day(a, 2026, month, d, LANG_EN)));
			assert_false(has_markup(text_plain(a, day(a, 2026, month, d, LANG_EASY))));
			arena_free(a);
		}
	(void)state;
}

static void hours_too(void **state)
{
	struct arena *a = *state;
	const struct datetime t = { .date = { 2026, 11, 20 }, .hour = 14, .minute = 5 };
	assert_true(str_eq(clock_text(a, t, LANG_JA), STR("14時05分")));
	assert_true(str_eq(clock_text(a, t, LANG_EN), STR("14:05")));
	assert_true(has_markup(clock_text(a, t, LANG_EASY)));
	assert_false(has_markup(text_plain(a, clock_text(a, t, LANG_EASY))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(japanese_has_the_era, setup, teardown),
		cmocka_unit_test_setup_teardown(english_is_plain, setup, teardown),
		cmocka_unit_test_setup_teardown(easy_japanese_has_readings, setup, teardown),
		cmocka_unit_test_setup_teardown(plain_text_is_plain, setup, teardown),
		cmocka_unit_test_setup_teardown(hours_too, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
