/* Deadlines, differences and the queue's keys: what the counter decides alone. */
#include "base/calendar.h"
#include "base/clock.h"
#include "web/counter_words.h"
#include "web/letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static int64_t at(int month, int day, int hour, int minute)
{
	return jst_to_us((struct datetime){ .date = { 2026, month, day }, .hour = hour,
	                                    .minute = minute });
}

/* The last microsecond of a day in Japan, as flow_due() gives it. */
static int64_t end_of(int month, int day)
{
	return jst_start((struct date){ 2026, month, day }) + CLOCK_DAY - 1;
}

static void a_deadline_counts_days_of_the_calendar(void **state)
{
	(void)state;
	struct counter_due due = counter_due_of(end_of(11, 23), at(11, 20, 23, 59));
	assert_int_equal(due.kind, DUE_LEFT);
	assert_int_equal(due.days, 3);
	assert_false(due.soon);
	/* A minute later it is the next day in Japan, though not in Greenwich. */
	due = counter_due_of(end_of(11, 23), at(11, 21, 0, 0));
	assert_int_equal(due.days, 2);
	assert_true(due.soon);
}

static void the_last_day_is_today_until_midnight(void **state)
{
	(void)state;
	assert_int_equal(counter_due_of(end_of(11, 20), at(11, 20, 0, 0)).kind, DUE_TODAY);
	assert_int_equal(counter_due_of(end_of(11, 20), at(11, 20, 23, 59)).kind, DUE_TODAY);
	struct counter_due due = counter_due_of(end_of(11, 20), at(11, 21, 0, 0));
	assert_int_equal(due.kind, DUE_OVER);
	assert_int_equal(due.days, 1);
}

static void no_deadline_is_never_late(void **state)
{
	(void)state;
	assert_int_equal(counter_due_of(0, at(11, 20, 0, 0)).kind, DUE_NONE);
}

static void years_pass_in_whole_days(void **state)
{
	(void)state;
	int64_t due_at = jst_start((struct date){ 2024, 2, 28 }) + CLOCK_DAY - 1;
	struct counter_due due = counter_due_of(due_at, jst_start((struct date){ 2024, 3, 1 }));
	assert_int_equal(due.kind, DUE_OVER);
	assert_int_equal(due.days, 2); /* over the leap day */
}

/* ---- differences ---- */

static const struct json *parsed(struct arena *a, const char *text)
{
	const struct json *j;
	struct err e = { 0 };
	if (is_err(json_parse(a, str_c(text), &j, &e)))
		fail_msg("%s: %s", text, e.what);
	return j;
}

static bool differ(struct arena *a, const char *then, const char *now)
{
	return counter_differs(parsed(a, then), parsed(a, now));
}

static void equal_facts_do_not_differ(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	assert_false(differ(a, "\"加賀市\"", "\"加賀市\""));
	assert_false(differ(a, "{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}"));
	assert_false(differ(a, "true", "true"));
}

static void other_facts_differ(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	assert_true(differ(a, "\"加賀市\"", "\"小松市\""));
	/* Another character of the same name: the register's word counts. */
	assert_true(differ(a, "\"渡辺\"", "\"渡邉\""));
	assert_true(differ(a, "true", "false"));
	assert_true(differ(a, "[{\"id\":\"m1\"}]", "[{\"id\":\"m1\"},{\"id\":\"m2\"}]"));
	assert_true(differ(a, "\"1\"", "1"));
}

static void nothing_is_nothing_however_it_is_written(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	static const char *const nothings[] = { "null", "\"\"", "[]", "{}" };
	for (size_t i = 0; i < 4; i++) {
		assert_true(counter_is_nothing(parsed(a, nothings[i])));
		assert_false(counter_differs(NULL, parsed(a, nothings[i])));
		assert_false(differ(a, nothings[i], nothings[(i + 1) % 4]));
		assert_true(differ(a, nothings[i], "\"x\""));
		assert_true(differ(a, "0", nothings[i])); /* zero and no are answers */
		assert_true(differ(a, "false", nothings[i]));
	}
	assert_false(counter_differs(NULL, NULL));
}

/* ---- keys of the queue ---- */

static void a_key_comes_back_as_it_went(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	int64_t due = -1;
	struct str id = STR("");
	struct str text = counter_key_text(a, 1795186799999999, STR("0f3a"));
	assert_true(counter_key_parse(text, &due, &id));
	assert_true(due == 1795186799999999);
	assert_true(str_eq(id, STR("0f3a")));
}

static void hostile_keys_are_no_keys(void **state)
{
	(void)state;
	static const char *const bad[] = { "", ".", "5", "5.", ".x", "-1.x", "x.x", "1e3.x",
		"99999999999999999999.x", " 5.x" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int64_t due = 7;
		struct str id = STR("kept");
		assert_false(counter_key_parse(str_c(bad[i]), &due, &id));
		assert_true(due == 7 && str_eq(id, STR("kept")));
	}
}

static void the_queue_is_ordered_by_deadline_then_id(void **state)
{
	(void)state;
	assert_true(counter_key_cmp(1, STR("z"), 2, STR("a")) < 0);
	assert_true(counter_key_cmp(2, STR("a"), 2, STR("b")) < 0);
	assert_true(counter_key_cmp(2, STR("b"), 2, STR("b")) == 0);
	assert_true(counter_key_cmp(3, STR("a"), 2, STR("b")) > 0);
}

/* ---- words of letters ---- */

static bool shown_as(struct arena *a, const char *json, const char *text)
{
	struct str s = letter_value(a, parsed(a, json));
	if (!str_eq(s, str_c(text)))
		print_message("%s is shown as %.*s\n", json, STR_ARG(s));
	return str_eq(s, str_c(text));
}

static void values_in_letters_are_words(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	assert_true(shown_as(a, "\"2026-11-20\"", "令和8年11月20日"));
	assert_true(shown_as(a, "\"2019-05-01\"", "令和元年5月1日"));
	assert_true(shown_as(a, "\"2026-11-20 です\"", "2026-11-20 です"));
	assert_true(shown_as(a, "15000", "15000"));
	assert_true(shown_as(a, "true", "はい"));
	assert_true(shown_as(a, "[\"加賀 花子\",\"2020-01-02\"]", "加賀 花子、令和2年1月2日"));
	assert_true(shown_as(a, "null", ""));
	assert_true(shown_as(a, "[]", ""));
	assert_int_equal(letter_value(a, NULL).n, 0);
}

static void texts_of_letters_are_filled_once(void **state)
{
	(void)state;
	ARENA_AUTO a = arena_new(0);
	const struct json *values = parsed(a, "{\"date\":\"令和8年11月20日\",\"name\":\"{date}\"}");
	assert_true(str_eq(letter_fill(a, STR("{date}に請求した{name}"), values),
	                   STR("令和8年11月20日に請求した{date}"))); /* what was filled in stays as it is */
	assert_true(str_eq(letter_fill(a, STR("{other} {"), values), STR("{other} {")));
	assert_true(str_eq(letter_fill(a, STR(""), values), STR("")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deadline_counts_days_of_the_calendar),
		cmocka_unit_test(the_last_day_is_today_until_midnight),
		cmocka_unit_test(no_deadline_is_never_late),
		cmocka_unit_test(years_pass_in_whole_days),
		cmocka_unit_test(equal_facts_do_not_differ),
		cmocka_unit_test(other_facts_differ),
		cmocka_unit_test(nothing_is_nothing_however_it_is_written),
		cmocka_unit_test(a_key_comes_back_as_it_went),
		cmocka_unit_test(hostile_keys_are_no_keys),
		cmocka_unit_test(the_queue_is_ordered_by_deadline_then_id),
		cmocka_unit_test(values_in_letters_are_words),
		cmocka_unit_test(texts_of_letters_are_filled_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
