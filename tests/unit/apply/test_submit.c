/* From draft to application and back: submitting, correcting, withdrawing. */
#include "case_support.h"

#include "base/check_digit.h"
#include "notice/notice.h"
#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <pthread.h>

static struct apply_case corrected_draft(struct test_store *t, const struct apply_case *c,
                                         struct draft *ret)
{
	struct err err = { 0 };
	struct apply_case now = load(t, c);
	good(case_correct(t->s, t->a, &now, NOON, ret, &err), &err);
	return now;
}

static void an_application_arrives_whole(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = submitted(t, "s1", "りんご"), hers, office = load(t, &c);
	struct err err = { 0 };
	const struct notice *notices;
	const struct journal_row *rows;
	size_t n;
	assert_str(office.state, STR("received"));
	assert_int_equal(office.rev, 1);
	assert_int_equal(office.submitted_at, NOON);
	assert_str(office.subject, STR("city-s1"));
	assert_str(office.once_key, STR("りんご"));
	assert_str(office.cms, STR("\x30\x03sig"));
	assert_json(t->a, json_path(office.answers, STR("kids")),
	            "[{'id':'m3','name':'加賀 一','raise':true,'as':'child'},"
	            "{'id':'m4','name':'加賀 二葉','raise':false}]");
	assert_str(json_text(json_path(office.facts, STR("申請者.name"))), STR("加賀 花子"));
	assert_str(history_text(t, &c, false), STR("submit>received"));
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(case_load_of(db, t->a, PORTAL, STR("s1"), c.id, &hers, &err), &err);
	assert_str(hers.receipt, c.receipt);
	good(notice_list(db, t->a, PORTAL, STR("s1"), 10, &notices, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_str(notices[0].text[LANG_JA], STR("受け付けました。"));
	good(journal_of_subject(db, t->a, CITY, STR("city-s1"), 0, 10, &rows, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_str(rows[0].event, STR("apply.submit"));
	store_reader_done(&db);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM draft"), 0);
}

static void a_receipt_has_its_check_digits(void **state)
{
	struct test_store *t = *state;
	struct apply_case a = submitted(t, "s1", "りんご"), b = submitted(t, "s2", "みかん");
	assert_true(receipt_check(a.receipt));
	assert_true(receipt_check(b.receipt));
	assert_true(str_starts(a.receipt, STR("17206526000001")));
	assert_true(str_starts(b.receipt, STR("17206526000002")));
	assert_int_equal(b.number, 2);
	for (size_t i = 0; i < a.receipt.n; i++) { /* one wrong digit is found */
		struct str wrong = arena_str(t->a, a.receipt);
		((char *)(uintptr_t)wrong.p)[i] = wrong.p[i] == '9' ? '0' : (char)(wrong.p[i] + 1);
		assert_false(receipt_check(wrong));
	}
}

static void sent_twice_received_once(void **state)
{
	struct test_store *t = *state;
	struct draft d = begin(t, "s1", given_answers);
	struct apply_case first = submit(t, &d), again;
	struct err err = { 0 };
	bool repeated = false;
	struct str id;
	good(submit_in(t->s, t->a, &d, NOON + 5, &again, &repeated, &err), &err);
	assert_true(repeated);
	assert_str(again.receipt, first.receipt);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM app_case"), 1);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM case_event"), 1);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM notice"), 1);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(case_of_draft(db, t->a, PORTAL, STR("s1"), d.id, &id, &err), &err);
	assert_str(id, first.id);
	assert_int_equal(case_of_draft(db, t->a, PORTAL, STR("s2"), d.id, &id, NULL).kind,
	                 ERR_NOT_FOUND);
}

static void a_draft_that_moved_on_is_not_sent(void **state)
{
	struct test_store *t = *state;
	struct draft d = begin(t, "s1", given_answers), old = d;
	struct apply_case c;
	bool again;
	struct err err = { 0 };
	save(t, &d, json_with(t->a, d.answers, STR("words.short"), json_str(t->a, STR("みかん"))));
	assert_int_equal(submit_in(t->s, t->a, &old, NOON, &c, &again, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.draft.changed");
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM app_case"), 0);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM running_number"), 0);
}

/* ---- one for a household ---- */

static struct draft of_household(struct test_store *t, const char *subject, const char *word)
{
	const struct json *answers = json_with(t->a, json_of(t->a, given_answers),
	                                       STR("words.short"), json_str(t->a, str_c(word)));
	struct draft d = begin(t, subject, "{}");
	save(t, &d, json_with(t->a, answers, STR("words.long"), json_str(t->a, STR("世帯"))));
	return d;
}

static void two_of_one_household_cannot_both_have_it(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct apply_case c;
	bool again;
	struct draft hers = of_household(t, "s1", "みかん"), his = of_household(t, "s2", "みかん");
	submit(t, &hers);
	assert_int_equal(submit_in(t->s, t->a, &his, NOON, &c, &again, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.once_shared");
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM app_case"), 1);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM notice"), 1);
	struct draft other = of_household(t, "s2", "ぶどう"); /* another thing is free */
	submit(t, &other);
	submitted(t, "s3", "みかん"); /* and so is the same for one who shares nothing */
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM app_case"), 3);
}

static void a_household_is_nobodys_code(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct rows r;
	struct draft d = of_household(t, "s1", "みかん");
	struct apply_case c = submit(t, &d);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, "SELECT once_scope FROM app_case WHERE org = ? AND id = ?",
	              BINDS(B_TEXT(c.org), B_TEXT(c.id)), &r, &err), &err);
	assert_str(rows_text(&r, 0, 0), STR("=h1"));
}

static struct result is_free(struct test_store *t, const struct draft *d, struct err *err)
{
	struct form *f = open_form(t->a, ALL_FIELDS, given_facts(t->a), d->answers);
	const struct case_submit in = { .draft = d, .procedure = ALL_FIELDS, .form = f,
		.subject = city_code(t->a, d->subject) };
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(t->s, &db, err));
	return case_once_free(db, t->a, &in, err);
}

static void told_before_anything_is_signed(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct draft hers = of_household(t, "s1", "みかん"), his = of_household(t, "s2", "みかん"),
	             own = begin(t, "s3", given_answers);
	good(is_free(t, &hers, &err), &err);
	submit(t, &hers);
	assert_int_equal(is_free(t, &his, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.once_shared");
	good(is_free(t, &own, &err), &err);
	submit(t, &own);
	struct draft mine = of_household(t, "s1", "みかん"); /* her own other one is called hers */
	assert_int_equal(is_free(t, &mine, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.once");
	struct draft second = begin(t, "s3", given_answers);
	assert_int_equal(is_free(t, &second, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.once");
}

/* ---- at once ---- */

struct sender {
	struct test_store *t;
	const struct draft *draft;
	struct arena *a;
	struct apply_case c;
	bool again;
	enum err_kind kind;
};

static void *send(void *p)
{
	struct sender *x = p;
	struct err err = { 0 };
	x->kind = submit_in(x->t->s, x->a, x->draft, NOON, &x->c, &x->again, &err).kind;
	return NULL;
}

static void send_at_once(struct sender *x, size_t n)
{
	pthread_t threads[16];
	for (size_t i = 0; i < n; i++) {
		x[i].a = arena_new(0);
		assert_int_equal(pthread_create(&threads[i], NULL, send, &x[i]), 0);
	}
	for (size_t i = 0; i < n; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void two_clicks_at_once_are_one_application(void **state)
{
	struct test_store *t = *state;
	struct draft d = begin(t, "s1", given_answers);
	struct sender x[4];
	size_t again = 0;
	(void)ALL_FIELDS; /* loaded before the threads begin */
	for (size_t i = 0; i < 4; i++)
		x[i] = (struct sender){ .t = t, .draft = &d };
	send_at_once(x, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(x[i].kind, ERR_NONE);
		assert_str(x[i].c.receipt, x[0].c.receipt);
		again += x[i].again;
	}
	assert_int_equal(again, 3);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM app_case"), 1);
	for (size_t i = 0; i < 4; i++)
		arena_free(x[i].a);
}

static void receipts_of_many_at_once_are_all_different(void **state)
{
	enum { MANY = 12 };
	struct test_store *t = *state;
	struct draft d[MANY];
	struct sender x[MANY];
	int64_t sum = 0;
	for (size_t i = 0; i < MANY; i++) {
		d[i] = begin(t, arena_cstr(t->a, arena_printf(t->a, "s%zu", i)), given_answers);
		x[i] = (struct sender){ .t = t, .draft = &d[i] };
	}
	send_at_once(x, MANY);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(x[i].kind, ERR_NONE);
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(x[i].c.receipt, x[k].c.receipt));
		sum += x[i].c.number;
	}
	assert_int_equal(sum, MANY * (MANY + 1) / 2); /* 1 … 12, none left out */
	for (size_t i = 0; i < MANY; i++)
		arena_free(x[i].a);
}

/* ---- once ---- */

static struct result try_again(struct test_store *t, const char *subject, const char *word,
                               struct err *err)
{
	struct apply_case c;
	bool again;
	struct draft d = begin(t, subject, "{}");
	save(t, &d, json_with(t->a, json_of(t->a, given_answers), STR("words.short"),
	                      json_str(t->a, str_c(word))));
	return submit_in(t->s, t->a, &d, NOON, &c, &again, err);
}

static void the_same_thing_twice_is_refused_while_it_stands(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct apply_case c = submitted(t, "s1", "りんご");
	assert_int_equal(try_again(t, "s1", "りんご", &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.once");
	good(try_again(t, "s2", "りんご", &err), &err); /* somebody else's */
	good(try_again(t, "s1", "みかん", &err), &err); /* something else */
	/* Granted it still stands. */
	c = acted(t, &c, "c1", (struct step){ "propose", .decision = "{'grade':'大','seen':'2026-11-20'}" });
	c = acted(t, &c, "a1", (struct step){ "approve" });
	assert_int_equal(try_again(t, "s1", "りんご", &err).kind, ERR_CONFLICT);
}

static void refused_or_withdrawn_she_may_ask_again(void **state)
{
	struct test_store *t = *state;
	struct err err = { 0 };
	struct apply_case c = submitted(t, "s1", "りんご");
	acted(t, &c, "c1", (struct step){ "refuse", .reasons = "対象ではありません。" });
	c = submitted(t, "s1", "りんご");
	good(case_withdraw(t->s, t->a, &c, ALL_FIELDS, NOON, &err), &err);
	(void)submitted(t, "s1", "りんご");
}

/* ---- files ---- */

static void files_follow_the_answers(void **state)
{
	struct test_store *t = *state;
	struct draft d = begin(t, "s1", given_answers);
	const struct attachment *list;
	size_t n;
	struct err err = { 0 };
	save(t, &d, json_with(t->a, d.answers, STR("numbers.yes"), json_bool(true)));
	struct attachment one = add_file(t, &d, "files.photo", make_jpeg(t->a, 1, 1));
	add_file(t, &d, "files.photo", make_jpeg(t->a, 2, 2));
	/* The second was uploaded, but what she signed names the first alone. */
	struct json_array *ids = json_array_new(t->a);
	json_push(ids, json_str(t->a, one.id));
	save(t, &d, json_with(t->a, d.answers, STR("files.photo"), json_array_done(ids)));
	struct apply_case c = submit(t, &d);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(attach_list(db, t->a, CITY, c.id, &list, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_str(list[0].id, one.id);
	struct str bytes;
	good(attach_read(db, t->a, case_key(), CITY, c.id, one.id, &one, &bytes, &err), &err);
	assert_str(bytes, make_jpeg(t->a, 1, 1));
	good(attach_list(db, t->a, PORTAL, d.id, &list, &n, &err), &err);
	assert_int_equal(n, 0);
}

static void a_file_that_is_gone_stops_it(void **state)
{
	struct test_store *t = *state;
	struct draft d = begin(t, "s1", given_answers);
	struct db *tx = NULL;
	struct apply_case c;
	bool again;
	struct err err = { 0 };
	save(t, &d, json_with(t->a, d.answers, STR("numbers.yes"), json_bool(true)));
	struct attachment one = add_file(t, &d, "files.photo", make_jpeg(t->a, 1, 1));
	good(store_begin(t->s, &tx, &err), &err);
	good(attach_remove(tx, PORTAL, d.id, one.id, &err), &err);
	good(store_commit(&tx, &err), &err);
	assert_int_equal(submit_in(t->s, t->a, &d, NOON, &c, &again, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.attachment.gone");
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM app_case"), 0);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM draft"), 1);
}

/* ---- correcting ---- */

static struct apply_case returned(struct test_store *t, const char *comments)
{
	struct draft d = begin(t, "s1", given_answers);
	save(t, &d, json_with(t->a, d.answers, STR("numbers.yes"), json_bool(true)));
	add_file(t, &d, "files.photo", make_jpeg(t->a, 1, 1));
	struct apply_case c = submit(t, &d);
	return acted(t, &c, "c1", (struct step){ "return", .comments = comments });
}

static void a_correction_keeps_what_is_there(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = returned(t, "{'numbers.count':'多すぎませんか'}");
	struct draft d, same;
	const struct attachment *list;
	size_t n;
	struct err err = { 0 };
	assert_str(c.state, STR("returned"));
	corrected_draft(t, &c, &d);
	assert_json(t->a, d.open_fields, "['numbers.count']");
	assert_json(t->a, json_path(d.answers, STR("numbers.count")), "3");
	corrected_draft(t, &c, &same); /* at the same moment: the same draft, the files once */
	assert_str(same.id, d.id);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(attach_list(db, t->a, PORTAL, d.id, &list, &n, &err), &err);
	assert_int_equal(n, 1);
	store_reader_done(&db);

	save(t, &d, json_with(t->a, d.answers, STR("numbers.count"), json_num(t->a, 2)));
	struct apply_case after = submit(t, &d);
	assert_str(after.id, c.id);
	assert_str(after.receipt, c.receipt); /* she keeps her place */
	assert_int_equal(after.submitted_at, c.submitted_at);
	assert_str(after.state, STR("received"));
	after = load(t, &c);
	assert_null(after.comments);
	assert_json(t->a, json_path(after.answers, STR("numbers.count")), "2");
	good(store_reader(t->s, &db, &err), &err);
	good(attach_list(db, t->a, CITY, c.id, &list, &n, &err), &err);
	assert_int_equal(n, 1);
	store_reader_done(&db);
	assert_str(history_text(t, &c, true), STR("submit>received return>returned resubmit>received"));
	/* "Send" once more after it went through. */
	bool again;
	good(submit_in(t->s, t->a, &d, NOON, &after, &again, &err), &err);
	assert_true(again);
}

static void a_correction_changes_nothing_else(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = returned(t, "{'numbers.count':'多すぎませんか'}"), after;
	struct draft d;
	bool again;
	struct err err = { 0 };
	corrected_draft(t, &c, &d);
	const struct json *right = d.answers;
	save(t, &d, json_with(t->a, right, STR("words.short"), json_str(t->a, STR("みかん"))));
	assert_int_equal(submit_in(t->s, t->a, &d, NOON, &after, &again, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.correction.closed");
	/* Nor the files of a question nobody asked about. */
	save(t, &d, right);
	add_file(t, &d, "files.photo", make_jpeg(t->a, 2, 2));
	assert_int_equal(submit_in(t->s, t->a, &d, NOON, &after, &again, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.correction.closed");
	assert_str(load(t, &c).state, STR("returned"));
	save(t, &d, json_with(t->a, right, STR("numbers.count"), json_num(t->a, 2)));
	(void)submit(t, &d);
}

static void a_corrected_key_is_the_new_one(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = returned(t, "{'words.short':'違うものでは'}"), after;
	struct draft d;
	bool again;
	struct err err = { 0 };
	(void)submitted(t, "s1", "みかん");
	corrected_draft(t, &c, &d);
	const struct json *answers = d.answers;
	save(t, &d, json_with(t->a, answers, STR("words.short"), json_str(t->a, STR("みかん"))));
	assert_int_equal(submit_in(t->s, t->a, &d, NOON, &after, &again, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.once");
	save(t, &d, json_with(t->a, answers, STR("words.short"), json_str(t->a, STR("ぶどう"))));
	(void)submit(t, &d);
	assert_int_equal(try_again(t, "s1", "ぶどう", &err).kind, ERR_CONFLICT);
	good(try_again(t, "s1", "りんご", &err), &err); /* free again */
}

static void only_what_was_returned_is_corrected(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = submitted(t, "s1", "りんご");
	struct draft d;
	struct err err = { 0 };
	assert_int_equal(case_correct(t->s, t->a, &c, NOON, &d, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.not_returned");
	c = acted(t, &c, "c1", (struct step){ "return", .comments = "{'words.short':'何ですか'}" });
	corrected_draft(t, &c, &d);
	good(case_withdraw(t->s, t->a, &c, ALL_FIELDS, NOON, &err), &err);
	c = load(t, &c);
	assert_int_equal(case_correct(t->s, t->a, &c, NOON, &d, &err).kind, ERR_CONFLICT);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM draft"), 0); /* its correction went */
	/* A correction that was begun before does not bring it back. */
	struct draft late = d;
	struct apply_case after;
	bool again;
	assert_int_equal(submit_in(t->s, t->a, &late, NOON, &after, &again, &err).kind, ERR_NOT_FOUND);
}

/* ---- withdrawing, seeing ---- */

static void withdrawn_once_and_only_in_time(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = submitted(t, "s1", "りんご"), old = c;
	struct err err = { 0 };
	good(case_withdraw(t->s, t->a, &c, ALL_FIELDS, NOON, &err), &err);
	c = load(t, &c);
	assert_str(c.state, STR("withdrawn"));
	assert_int_equal(c.due_at, 0);
	assert_int_equal(case_withdraw(t->s, t->a, &old, ALL_FIELDS, NOON, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.changed");
	assert_int_equal(case_withdraw(t->s, t->a, &c, ALL_FIELDS, NOON, &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.no_withdraw");
	struct apply_case p = submitted(t, "s2", "りんご");
	p = acted(t, &p, "c1", (struct step){ "propose", .decision = "{'grade':'大','seen':'2026-11-20'}" });
	assert_int_equal(case_withdraw(t->s, t->a, &p, ALL_FIELDS, NOON, &err).kind, ERR_CONFLICT);
	assert_str(history_text(t, &c, false), STR("submit>received withdraw>withdrawn"));
}

static void she_sees_hers_and_nobody_elses(void **state)
{
	struct test_store *t = *state;
	const struct apply_case *list;
	size_t n;
	struct err err = { 0 };
	struct apply_case mine = submitted(t, "s1", "りんご"), other = submitted(t, "s2", "りんご"), c;
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(case_list_of(db, t->a, PORTAL, STR("s1"), &list, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_str(list[0].id, mine.id);
	assert_int_equal(case_load_of(db, t->a, PORTAL, STR("s1"), other.id, &c, &err).kind,
	                 ERR_NOT_FOUND);
	assert_string_equal(err.code, "apply.case.none");
	assert_int_equal(case_load_of(db, t->a, STR("elsewhere"), STR("s1"), mine.id, &c, NULL).kind,
	                 ERR_NOT_FOUND);
	assert_int_equal(case_load(db, t->a, STR("452025"), mine.id, &c, NULL).kind, ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(two_of_one_household_cannot_both_have_it), ON_BOTH(a_household_is_nobodys_code),
		ON_BOTH(told_before_anything_is_signed),
		ON_BOTH(an_application_arrives_whole), ON_BOTH(a_receipt_has_its_check_digits),
		ON_BOTH(sent_twice_received_once), ON_BOTH(a_draft_that_moved_on_is_not_sent),
		ON_BOTH(two_clicks_at_once_are_one_application),
		ON_BOTH(receipts_of_many_at_once_are_all_different),
		ON_BOTH(the_same_thing_twice_is_refused_while_it_stands),
		ON_BOTH(refused_or_withdrawn_she_may_ask_again), ON_BOTH(files_follow_the_answers),
		ON_BOTH(a_file_that_is_gone_stops_it), ON_BOTH(a_correction_keeps_what_is_there),
		ON_BOTH(a_correction_changes_nothing_else), ON_BOTH(a_corrected_key_is_the_new_one),
		ON_BOTH(only_what_was_returned_is_corrected), ON_BOTH(withdrawn_once_and_only_in_time),
		ON_BOTH(she_sees_hers_and_nobody_elses),
	};
	case_rooms();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	case_rooms_done();
	return failed;
}
