/* Reports that a fact is wrong: kept as said, open until done, of one
 * organization only. */
#include "../support/test_store.h"
#include "record/record.h"
#include "record/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define CITY STR("172065")
#define OTHER STR("282197")
#define HER STR("01aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
#define HIM STR("01bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")

static void good(struct result r, const struct err *err)
{
	if (is_err(r))
		fail_msg("%s: %s", err->code, err->what);
}

static struct str put(struct test_store *t, struct str whose, struct str text, int64_t at)
{
	struct err err = { 0 };
	struct str id = { 0 };
	struct record_report r = { .subject = whose, .dataset = STR("resident.basic"),
		.item = STR("address"), .text = text, .at = at };
	STORE_TX_AUTO tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	good(record_report_put(tx, t->a, CITY, &r, &id, &err), &err);
	good(store_commit(&tx, &err), &err);
	return id;
}

static size_t list(struct test_store *t, struct str org, struct str whose,
                   const struct record_report **ret)
{
	struct err err = { 0 };
	size_t n = 0;
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(record_report_list(db, t->a, org, whose, ret, &n, &err), &err);
	return n;
}

static bool fresh; /* what the last done() said */

static struct result answer(struct test_store *t, struct str org, struct str id,
                            struct str text, int64_t now, struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(t->s, &tx, err));
	TRY(record_report_done(tx, t->a, org, id, text, now, &fresh, err));
	return store_commit(&tx, err);
}

static struct result done(struct test_store *t, struct str org, struct str id, int64_t now,
                          struct err *err)
{
	return answer(t, org, id, STR("直しました。"), now, err);
}

static void is_kept_as_said(void **state)
{
	struct test_store *t = *state;
	const struct record_report *r;
	struct str id = put(t, HER, STR("  町名は「大聖寺」です。\r\n番地は2です。 "), 1000);
	assert_int_equal(list(t, CITY, HER, &r), 1);
	assert_true(str_eq(r[0].id, id));
	assert_true(str_eq(r[0].subject, HER));
	assert_true(str_eq(r[0].dataset, STR("resident.basic")));
	assert_true(str_eq(r[0].item, STR("address")));
	assert_true(str_eq(r[0].text, STR("町名は「大聖寺」です。\n番地は2です。")));
	assert_int_equal(r[0].at, 1000);
	assert_int_equal(r[0].done_at, 0);
}

static void open_ones_come_first(void **state)
{
	struct test_store *t = *state;
	const struct record_report *r;
	struct err err = { 0 };
	struct str one = put(t, HER, STR("一"), 1000);
	put(t, HIM, STR("二"), 2000);
	put(t, HER, STR("三"), 3000);
	good(done(t, CITY, one, 5000, &err), &err);
	good(done(t, CITY, one, 9000, &err), &err);
	assert_int_equal(list(t, CITY, STR(""), &r), 3);
	assert_true(str_eq(r[0].text, STR("二")));
	assert_true(str_eq(r[1].text, STR("三")));
	assert_true(str_eq(r[2].id, one));
	assert_int_equal(r[2].done_at, 5000); /* the first time counts */
	assert_int_equal(list(t, CITY, HER, &r), 2);
}

static void is_answered_once(void **state)
{
	struct test_store *t = *state;
	const struct record_report *r;
	struct err err = { 0 };
	struct str id = put(t, HER, STR("一"), 1000);
	good(answer(t, CITY, id, STR(" 台帳を直しました。\r\n"), 5000, &err), &err);
	assert_true(fresh);
	good(answer(t, CITY, id, STR("台帳を直しました。"), 6000, &err), &err);
	assert_false(fresh); /* pressed twice */
	assert_int_equal(answer(t, CITY, id, STR("違いませんでした。"), 7000, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "record.report.closed");
	assert_int_equal(list(t, CITY, HER, &r), 1);
	assert_true(str_eq(r[0].answer, STR("台帳を直しました。")));
	assert_int_equal(r[0].done_at, 5000);
}

static void is_not_closed_without_words(void **state)
{
	struct test_store *t = *state;
	const struct record_report *r;
	struct err err = { 0 };
	struct str id = put(t, HER, STR("一"), 1000);
	assert_int_equal(answer(t, CITY, id, STR(" \n "), 5000, &err).kind, ERR_INPUT);
	assert_string_equal(err.code, "record.report.answer");
	assert_int_equal(answer(t, CITY, id, STR("a\x1b[2J"), 5000, &err).kind, ERR_INPUT);
	assert_int_equal(list(t, CITY, HER, &r), 1);
	assert_int_equal(r[0].done_at, 0);
	assert_int_equal(r[0].answer.n, 0);
}

static void stays_in_its_organization(void **state)
{
	struct test_store *t = *state;
	const struct record_report *r;
	struct err err = { 0 };
	struct str id = put(t, HER, STR("一"), 1000);
	assert_int_equal(list(t, OTHER, STR(""), &r), 0);
	assert_int_equal(done(t, OTHER, id, 5000, &err).kind, ERR_NOT_FOUND);
	assert_string_equal(err.code, "record.report.none");
	assert_int_equal(list(t, CITY, STR(""), &r), 1);
	assert_int_equal(r[0].done_at, 0);
}

static void refused(struct test_store *t, struct str text)
{
	struct err err = { 0 };
	struct str id = STR("untouched");
	struct record_report r = { .subject = HER, .dataset = STR("d"), .text = text, .at = 1 };
	STORE_TX_AUTO tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	assert_int_equal(record_report_put(tx, t->a, CITY, &r, &id, &err).kind, ERR_INPUT);
	assert_string_equal(err.code, "record.report.text");
	assert_true(str_eq(id, STR("untouched")));
}

static void refuses_what_is_no_text(void **state)
{
	struct test_store *t = *state;
	const struct record_report *r;
	struct str longer = STR("");
	for (int i = 0; i < RECORD_REPORT_TEXT_MAX / 10; i++)
		longer = arena_join(t->a, longer, STR("一二三四五六七八九十"));
	put(t, HER, longer, 1);
	refused(t, arena_join(t->a, longer, STR("一")));
	refused(t, STR(""));
	refused(t, STR(" \n　"));
	refused(t, STR("bell \a"));
	refused(t, STR("broken \xff\xfe"));
	refused(t, STR("turned \xE2\x80\xAE"));
	assert_int_equal(list(t, CITY, STR(""), &r), 1);
}

static void one_person_cannot_flood_the_office(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct str id, first = put(t, HER, STR("一"), 1);
	struct record_report r = { .subject = HER, .dataset = STR("d"), .text = STR("多"), .at = 9 };
	for (int i = 1; i < RECORD_REPORT_OPEN_MAX; i++)
		put(t, HER, STR("二"), 2 + i);
	STORE_TX_AUTO tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	assert_int_equal(record_report_put(tx, t->a, CITY, &r, &id, &err).kind, ERR_LIMIT);
	assert_string_equal(err.code, "record.report.many");
	store_abort(&tx);
	put(t, HIM, STR("三"), 3); /* others are not held back */
	good(done(t, CITY, first, 5000, &err), &err);
	put(t, HER, STR("四"), 4); /* nor is she, once one is dealt with */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(is_kept_as_said), ON_BOTH(open_ones_come_first), ON_BOTH(is_answered_once),
		ON_BOTH(is_not_closed_without_words),
		ON_BOTH(stays_in_its_organization), ON_BOTH(refuses_what_is_no_text),
		ON_BOTH(one_person_cannot_flood_the_office),
	};
	record_migrations();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
