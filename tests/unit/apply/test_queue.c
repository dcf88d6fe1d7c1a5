/* Deadlines, and the queue of an office: filters, order, pages, counts. */
#include "case_support.h"

#include "apply/flow.h"
#include "base/calendar.h"
#include "base/check_digit.h"
#include "base/clock.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* ---- flow ---- */

static void a_deadline_is_the_end_of_its_day_in_japan(void **state)
{
	static const struct { const char *at; uint32_t days; const char *due; } rows[] = {
		{ "2026-11-20T12:00:00+09:00", 3, "2026-11-24T00:00:00+09:00" },
		{ "2026-11-20T00:00:00+09:00", 3, "2026-11-24T00:00:00+09:00" },
		{ "2026-11-20T23:59:59+09:00", 3, "2026-11-24T00:00:00+09:00" },
		{ "2026-11-20T15:00:00Z", 3, "2026-11-25T00:00:00+09:00" }, /* midnight there */
		{ "2026-12-31T14:59:59Z", 1, "2027-01-02T00:00:00+09:00" },
		{ "2028-02-28T12:00:00+09:00", 1, "2028-03-01T00:00:00+09:00" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int64_t at, due;
		struct pack_state s = { .deadline_days = rows[i].days };
		assert_true(time_parse(str_c(rows[i].at), &at) && time_parse(str_c(rows[i].due), &due));
		/* The day of entry does not count (民法 第百四十条): the last is `days` later. */
		assert_int_equal(flow_due(&s, at), due - 1);
		s.deadline_days = 0;
		assert_int_equal(flow_due(&s, at), 0);
	}
	assert_int_equal(flow_due(NULL, NOON), 0);
}

static void roles_are_whole_words(void **state)
{
	(void)state;
	assert_true(flow_has_role(STR("clerk approver"), STR("approver")));
	assert_false(flow_has_role(STR("clerk approver"), STR("approve")));
	assert_false(flow_has_role(STR("clerks"), STR("clerk")));
	assert_false(flow_has_role(STR(""), STR("clerk")));
	assert_true(flow_has_role(STR("  clerk  "), STR("clerk")));
}

/* ---- queue ---- */

static struct str queue_at(struct test_store *t, struct case_filter f, int64_t now,
                           const struct apply_case **ret_last)
{
	const struct apply_case *list;
	size_t n;
	struct err err = { 0 };
	struct str out = STR("");
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(case_queue(db, t->a, CITY, &f, now, &list, &n, &err), &err);
	for (size_t i = 0; i < n; i++)
		out = arena_printf(t->a, "%.*s%s%lld", STR_ARG(out), i ? " " : "",
		                   (long long)list[i].number);
	if (ret_last)
		*ret_last = n ? &list[n - 1] : NULL;
	return out;
}

static struct str queue(struct test_store *t, struct case_filter f)
{
	return queue_at(t, f, NOON, NULL);
}

static struct apply_case arrive(struct test_store *t, int day)
{
	struct apply_case c;
	bool again;
	struct err err = { 0 };
	struct draft d = begin(t, arena_cstr(t->a, arena_printf(t->a, "s%d", day)), given_answers);
	good(submit_in(t->s, t->a, &d, NOON + day * CLOCK_DAY, &c, &again, &err), &err);
	return c;
}

static void the_most_urgent_comes_first(void **state)
{
	struct test_store *t = *state;
	arrive(t, 2);
	arrive(t, 0);
	arrive(t, 1);
	assert_str(queue(t, (struct case_filter){ 0 }), STR("2 3 1"));
	/* Overdue is after the end of the last day, not on it. */
	struct case_filter late = { .overdue = true };
	struct datetime end = { { 2026, 11, 23 }, 23, 59, 59, 0 };
	assert_str(queue_at(t, late, jst_to_us(end), NULL), STR(""));
	assert_str(queue_at(t, late, jst_to_us(end) + CLOCK_SECOND, NULL), STR("2"));
	assert_str(queue_at(t, late, NOON + 40 * CLOCK_DAY, NULL), STR("2 3 1"));
}

static void filtered_by_state_procedure_officer(void **state)
{
	struct test_store *t = *state;
	struct apply_case a = arrive(t, 0), b = arrive(t, 1), c = arrive(t, 2);
	struct case_actor who = officer("c1");
	struct err err = { 0 };
	acted(t, &a, "c1", (struct step){ "return", .comments = "{'words.short':'何'}" });
	acted(t, &b, "c1", (struct step){ "refuse", .reasons = "対象外" });
	good(case_assign(t->s, t->a, &c, &who, STR("c2"), NOON, &err), &err);
	assert_str(queue(t, (struct case_filter){ 0 }), STR("3 1"));
	assert_str(queue(t, (struct case_filter){ .state = STR("returned") }), STR("1"));
	assert_str(queue(t, (struct case_filter){ .state = STR("received") }), STR("3"));
	assert_str(queue(t, (struct case_filter){ .state = STR("refused") }), STR(""));
	assert_str(queue(t, (struct case_filter){ .state = STR("closed") }), STR("2"));
	assert_str(queue(t, (struct case_filter){ .procedure = STR("all_fields") }), STR("3 1"));
	assert_str(queue(t, (struct case_filter){ .procedure = STR("other") }), STR(""));
	assert_str(queue(t, (struct case_filter){ .officer = STR("c2") }), STR("3"));
	assert_str(queue(t, (struct case_filter){ .officer = STR("c1") }), STR(""));
}

static void found_by_name_and_receipt(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = arrive(t, 0);
	arrive(t, 1);
	/* Everybody is called 髙橋 花子 here. */
	static const char *const names[] = { "髙橋", "高橋", "高橋 花子", "高橋花子", "花子", "　高橋　" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_str(queue(t, (struct case_filter){ .words = str_c(names[i]) }), STR("1 2"));
	struct str shown = receipt_show(t->a, c.receipt);
	assert_str(queue(t, (struct case_filter){ .words = c.receipt }), STR("1"));
	assert_str(queue(t, (struct case_filter){ .words = shown }), STR("1"));
	assert_str(queue(t, (struct case_filter){ .words = text_full_width(t->a, shown) }), STR("1"));
	assert_str(queue(t, (struct case_filter){ .words = STR("000001") }), STR("1"));
}

static void hostile_words_find_nothing(void **state)
{
	static const char *const words[] = { "%", "_", "\\", "%%", "' OR '1'='1", "\\%", "*", "[a-z]",
	                                     "-", "--", ";" };
	struct test_store *t = *state;
	arrive(t, 0);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct str is = queue(t, (struct case_filter){ .words = str_c(words[i]) });
		if (is.n)
			fail_msg("%s finds %.*s", words[i], STR_ARG(is));
	}
	char *lots = arena_alloc(t->a, 100000);
	memset(lots, '%', 100000);
	assert_str(queue(t, (struct case_filter){ .words = str_of(lots, 100000) }), STR(""));
	assert_str(queue(t, (struct case_filter){ .words = STR("   ") }), STR("1"));
}

/* Pages of three follow each other without gap or repetition, equal deadlines or
 * not, open or closed. */
static void pages_meet(void **state)
{
	enum { CASES = 11 };
	struct test_store *t = *state;
	struct case_filter f = { .limit = 3 };
	bool seen[CASES + 1] = { false };
	struct apply_case cases[CASES];
	size_t n = 0;
	for (int i = 0; i < CASES; i++)
		cases[i] = submitted(t, arena_cstr(t->a, arena_printf(t->a, "s%d", i)), "りんご");
	for (int closed = 0; closed < 2; closed++) {
		const struct apply_case *last;
		struct str page;
		f = (struct case_filter){ .limit = 3, .state = closed ? STR("closed") : STR("") };
		while ((page = queue_at(t, f, NOON, &last)).n > 0) {
			struct str word;
			while (page.n) {
				int64_t number;
				(void)str_cut(page, ' ', &word, &page);
				assert_true(str_to_i64(word, &number));
				assert_false(seen[number]);
				seen[number] = true;
				n++;
			}
			f.after_due = last->due_at;
			f.after_id = last->id;
			assert_true(n <= CASES);
		}
		assert_int_equal(n, CASES);
		n = 0;
		memset(seen, 0, sizeof seen);
		for (int i = 0; i < CASES && !closed; i++)
			acted(t, &cases[i], "c1", (struct step){ "refuse", .reasons = "対象外" });
	}
}

static void closed_cases_come_newest_first(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct apply_case a = arrive(t, 0), b = arrive(t, 1);
	good(case_withdraw(t->s, t->a, &a, ALL_FIELDS, NOON + 5 * CLOCK_DAY, &err), &err);
	good(case_withdraw(t->s, t->a, &b, ALL_FIELDS, NOON + 9 * CLOCK_DAY, &err), &err);
	assert_str(queue(t, (struct case_filter){ .state = STR("closed") }), STR("2 1"));
}

static void counted_by_state(void **state)
{
	struct test_store *t = *state;
	const struct case_count *list;
	size_t n;
	struct err err = { 0 };
	arrive(t, 0);
	struct apply_case b = arrive(t, 3);
	acted(t, &b, "c1", (struct step){ "return", .comments = "{'words.short':'何'}" });
	struct apply_case c = arrive(t, 1);
	acted(t, &c, "c1", (struct step){ "refuse", .reasons = "対象外" });
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(case_counts(db, t->a, CITY, NOON + 10 * CLOCK_DAY, &list, &n, &err), &err);
	assert_int_equal(n, 2); /* what is closed does not count */
	assert_str(list[0].state, STR("received"));
	assert_int_equal(list[0].open, 1);
	assert_int_equal(list[0].overdue, 1);
	assert_str(list[1].state, STR("returned"));
	assert_int_equal(list[1].overdue, 0);
	good(case_counts(db, t->a, STR("452025"), NOON, &list, &n, &err), &err);
	assert_int_equal(n, 0);
}

static void the_slower_assignment_is_refused(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct apply_case c = submitted(t, "s1", "りんご");
	struct case_actor one = officer("c1"), two = officer("c2");
	good(case_assign(t->s, t->a, &c, &one, STR("c1"), NOON, &err), &err);
	assert_int_equal(case_assign(t->s, t->a, &c, &two, STR("c2"), NOON, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.assigned");
	assert_str(load(t, &c).assigned_to, STR("c1"));
	c = load(t, &c); /* having seen it, she may */
	good(case_assign(t->s, t->a, &c, &two, STR("c2"), NOON, &err), &err);
	assert_str(load(t, &c).assigned_to, STR("c2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(the_slower_assignment_is_refused),
		cmocka_unit_test(a_deadline_is_the_end_of_its_day_in_japan),
		cmocka_unit_test(roles_are_whole_words), ON_BOTH(the_most_urgent_comes_first),
		ON_BOTH(filtered_by_state_procedure_officer), ON_BOTH(found_by_name_and_receipt),
		ON_BOTH(hostile_words_find_nothing), ON_BOTH(pages_meet),
		ON_BOTH(closed_cases_come_newest_first), ON_BOTH(counted_by_state),
	};
	case_rooms();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	case_rooms_done();
	return failed;
}
