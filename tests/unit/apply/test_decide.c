/* The office's steps: who may, what is needed, and all of it or nothing. */
#include "case_support.h"

#include "notice/notice.h"
#include "record/record.h"
#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <pthread.h>

#define DECISION "{'grade':'大','seen':'2026-11-20'}"

static struct apply_case proposed(struct test_store *t)
{
	struct apply_case c = submitted(t, "s1", "りんご");
	return acted(t, &c, "c1", (struct step){ "propose", .decision = DECISION });
}

/* ---- who may ---- */

static void another_citys_officer_finds_nothing(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = submitted(t, "s1", "りんご");
	struct case_actor x = officer("x1");
	const struct pack_action *rows;
	struct err err = { 0 };
	refused(t, &c, "x1", (struct step){ "propose", .decision = DECISION }, ERR_NOT_FOUND,
	        "apply.case.none");
	assert_int_equal(case_actions(ALL_FIELDS, &c, &x, &rows, t->a), 0);
	assert_int_equal(case_note(t->s, t->a, &c, &x, STR("見ました"), NOON, &err).kind, ERR_NOT_FOUND);
	assert_int_equal(case_assign(t->s, t->a, &c, &x, STR("x1"), NOON, &err).kind, ERR_NOT_FOUND);
	assert_int_equal(number_of(t, "SELECT COUNT(*) FROM case_event"), 1);
}

static void roles_are_kept_apart(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = submitted(t, "s1", "りんご");
	const struct pack_action *rows;
	struct case_actor clerk = officer("c1"), approver = officer("a1");
	refused(t, &c, "a1", (struct step){ "propose", .decision = DECISION }, ERR_FORBIDDEN,
	        "apply.case.role");
	assert_int_equal(case_actions(ALL_FIELDS, &c, &clerk, &rows, t->a), 3);
	assert_int_equal(case_actions(ALL_FIELDS, &c, &approver, &rows, t->a), 0);
	/* The citizen's own steps are nobody else's, whatever role is claimed. */
	refused(t, &c, "b1", (struct step){ "withdraw" }, ERR_FORBIDDEN, "apply.case.role");
	refused(t, &c, "c1", (struct step){ "approve" }, ERR_CONFLICT, "apply.case.no_action");
	refused(t, &c, "c1", (struct step){ "" }, ERR_CONFLICT, "apply.case.no_action");
}

static void two_people_decide(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = submitted(t, "s1", "りんご");
	c = acted(t, &c, "b1", (struct step){ "propose", .decision = DECISION });
	assert_str(c.proposed_by, STR("b1"));
	refused(t, &c, "b1", (struct step){ "approve" }, ERR_FORBIDDEN, "apply.second_person");
	refused(t, &c, "b1", (struct step){ "refuse", .reasons = "だめ" }, ERR_FORBIDDEN,
	        "apply.second_person");
	/* Nor does the second person decide something else alone. */
	refused(t, &c, "a1", (struct step){ "approve", .decision = "{'grade':'小','seen':'2026-11-20'}" },
	        ERR_CONFLICT, "apply.decision.changed");
	c = acted(t, &c, "a1", (struct step){ "approve", .decision = DECISION });
	assert_str(c.state, STR("granted"));
}

static void sent_back_the_other_may_propose(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = proposed(t);
	c = acted(t, &c, "b1", (struct step){ "back" });
	assert_str(c.state, STR("received"));
	c = acted(t, &c, "b1", (struct step){ "propose", .decision = "{'grade':'小','seen':'2026-11-19'}" });
	refused(t, &c, "b1", (struct step){ "approve" }, ERR_FORBIDDEN, "apply.second_person");
	c = acted(t, &c, "a1", (struct step){ "approve" });
	assert_json(t->a, c.decision, "{'grade':'小','seen':'2026-11-19'}");
}

static void a_return_forgets_what_was_proposed(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = proposed(t);
	c = acted(t, &c, "a1", (struct step){ "back" });
	c = acted(t, &c, "c1", (struct step){ "return", .comments = "{'words.short':'何ですか'}" });
	assert_null(c.decision);
	assert_str(c.proposed_by, STR(""));
}

/* ---- what is needed ---- */

static void stale_pages_change_nothing(void **state)
{
	struct test_store *t = *state;
	struct apply_case old = submitted(t, "s1", "りんご"), c;
	struct err err = { 0 };
	c = acted(t, &old, "c1", (struct step){ "propose", .decision = DECISION });
	/* She loaded the page before; the program has loaded the case anew. */
	struct case_actor who = officer("a1");
	struct case_office office = { .data_key = case_key() };
	struct case_step step = { .action = STR("back"), .rev = old.rev };
	assert_int_equal(case_act(t->s, t->a, &c, ALL_FIELDS, &who, &step, &office, NOON, &c,
	                          &err).kind, ERR_CONFLICT);
	assert_string_equal(err.code, "apply.case.changed");
	/* And what was loaded before loses against the store. */
	refused(t, &old, "c2", (struct step){ "propose", .decision = DECISION }, ERR_CONFLICT,
	        "apply.case.changed");
}

static void comments_reasons_and_decisions_are_needed(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = submitted(t, "s1", "りんご");
	refused(t, &c, "c1", (struct step){ "return" }, ERR_INPUT, "apply.return.no_comment");
	refused(t, &c, "c1", (struct step){ "return", .comments = "{}" }, ERR_INPUT,
	        "apply.return.no_comment");
	refused(t, &c, "c1", (struct step){ "return", .comments = "['words.short']" }, ERR_INPUT,
	        "apply.return.no_comment");
	refused(t, &c, "c1", (struct step){ "return", .comments = "{'words.short':' '}" }, ERR_INPUT,
	        "apply.return.no_comment");
	refused(t, &c, "c1", (struct step){ "return", .comments = "{'words.short':'何','no.field':'何'}" },
	        ERR_INPUT, "apply.return.field");
	refused(t, &c, "c1", (struct step){ "return", .comments = "{'who.name':'違います'}" }, ERR_INPUT,
	        "apply.return.field"); /* the register's own: she can do nothing */
	refused(t, &c, "c1", (struct step){ "refuse" }, ERR_INPUT, "apply.refuse.no_reason");
	refused(t, &c, "c1", (struct step){ "refuse", .reasons = " \n" }, ERR_INPUT,
	        "apply.refuse.no_reason");
	refused(t, &c, "c1", (struct step){ "propose" }, ERR_INPUT, "apply.decision.missing");
	refused(t, &c, "c1", (struct step){ "propose", .decision = "{'grade':'大'}" }, ERR_INPUT,
	        "apply.decision.missing");
	refused(t, &c, "c1", (struct step){ "propose", .decision = "{'grade':'中','seen':'2026-11-20'}" },
	        ERR_INPUT, "apply.decision.missing");
	refused(t, &c, "c1", (struct step){ "propose", .decision = "{'grade':'大','seen':'2026-11-21'}" },
	        ERR_INPUT, "apply.decision.missing");
	c = acted(t, &c, "c1", (struct step){ "return", .comments = "{'words.short':'何ですか','kids.raise':'誰ですか'}" });
	assert_json(t->a, c.comments, "{'words.short':'何ですか','kids.raise':'誰ですか'}");
}

/* ---- all of it or nothing ---- */

struct counts {
	int64_t records, letters, pointers, notices, events, entries;
};

static struct counts counts_of(struct test_store *t)
{
	const struct journal_row *rows;
	size_t n;
	struct err err = { 0 };
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(journal_of_subject(db, t->a, CITY, STR("city-s1"), 0, 100, &rows, &n, &err), &err);
	store_reader_done(&db);
	return (struct counts){ number_of(t, "SELECT COUNT(*) FROM record"),
		number_of(t, "SELECT COUNT(*) FROM letter"),
		number_of(t, "SELECT COUNT(*) FROM portal_letter"),
		number_of(t, "SELECT COUNT(*) FROM notice"),
		number_of(t, "SELECT COUNT(*) FROM case_event"), (int64_t)n };
}

static void assert_counts(struct test_store *t, const struct counts *before, int64_t more)
{
	struct counts now = counts_of(t);
	assert_int_equal(now.records, before->records + more);
	assert_int_equal(now.letters, before->letters + more);
	assert_int_equal(now.pointers, before->pointers + more);
	assert_int_equal(now.notices, before->notices + more);
	assert_int_equal(now.events, before->events + more);
	assert_int_equal(now.entries, before->entries + more);
}

static void a_decision_leaves_everything_behind(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = proposed(t);
	struct counts before = counts_of(t);
	const struct record *r;
	const struct letter_kept *letters;
	const struct notice *notices;
	struct letter_kept kept;
	struct str pdf;
	size_t n;
	struct err err = { 0 };
	c = acted(t, &c, "a1", (struct step){ "approve" });
	assert_counts(t, &before, 1);
	assert_int_equal(c.decided_at, NOON);
	assert_int_equal(c.due_at, 0);
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(record_current(db, t->a, CITY, STR("city-s1"), STR("t.gift"), STR(""), &r, &err), &err);
	assert_json(t->a, r->body, "{'grade':'大','to':'加賀 花子','day':'2026-11-01','year':2026,"
	            "'total':3010}");
	assert_str(r->source, c.receipt);
	assert_str(r->valid_from, STR("2026-11-20"));
	good(letter_list_of(db, t->a, PORTAL, STR("s1"), &letters, &n, &err), &err);
	assert_int_equal(n, 1);
	assert_str(letters[0].number, STR("試第1号"));
	good(letter_read_of(db, t->a, case_key(), PORTAL, STR("s1"), letters[0].id, &kept, &pdf, &err),
	     &err);
	assert_str(pdf, arena_printf(t->a, "PDF 給付決定通知書 of %.*s", STR_ARG(c.receipt)));
	assert_int_equal(letter_read_of(db, t->a, case_key(), PORTAL, STR("s2"), letters[0].id, &kept,
	                                &pdf, NULL).kind, ERR_NOT_FOUND);
	good(notice_list(db, t->a, PORTAL, STR("s1"), 10, &notices, &n, &err), &err);
	assert_int_equal(n, 2);
	assert_str(notices[0].link, arena_printf(t->a, "/applications/%.*s", STR_ARG(c.id)));
}

static void a_refusal_gives_a_letter_and_no_record(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = submitted(t, "s1", "りんご");
	struct counts before = counts_of(t);
	c = acted(t, &c, "c1", (struct step){ "refuse", .reasons = "対象ではありません。" });
	struct counts now = counts_of(t);
	assert_str(c.state, STR("refused"));
	assert_int_equal(now.records, before.records);
	assert_int_equal(now.letters, before.letters + 1);
	assert_int_equal(now.notices, before.notices + 1);
	assert_str(json_text(json_get(c.decision, STR("reasons"))), STR("対象ではありません。"));
	refused(t, &c, "c1", (struct step){ "propose", .decision = DECISION }, ERR_CONFLICT,
	        "apply.case.no_action");
}

static void without_its_letter_nothing_is_decided(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = proposed(t);
	struct counts before = counts_of(t);
	letter_fails = true;
	refused(t, &c, "a1", (struct step){ "approve" }, ERR_UNAVAILABLE, "test.letter");
	letter_fails = false;
	assert_counts(t, &before, 0);
	acted(t, &c, "a1", (struct step){ "approve" });
	assert_counts(t, &before, 1);
}

/* Each table in turn takes nothing: the decision is as if it had never begun. */
static void without_any_of_its_tables_nothing_is_decided(void **state)
{
	static const char *const tables[] = { "record", "letter", "portal_letter", "notice",
	                                      "case_event" };
	struct test_store *t = *state;
	struct apply_case c = proposed(t);
	struct counts before = counts_of(t);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		struct apply_case after;
		struct err err = { 0 };
		test_store_raw(t, arena_cstr(t->a, arena_printf(t->a, "ALTER TABLE %s RENAME TO gone",
		                                                tables[i])));
		struct result r = act(t, &c, "a1", (struct step){ "approve" }, &after, &err);
		assert_true(is_err(r));
		test_store_raw(t, arena_cstr(t->a, arena_printf(t->a, "ALTER TABLE gone RENAME TO %s",
		                                                tables[i])));
		assert_counts(t, &before, 0);
		assert_str(load(t, &c).state, STR("proposed"));
	}
	acted(t, &c, "a1", (struct step){ "approve" });
	assert_counts(t, &before, 1);
	struct journal_verdict v;
	struct err err = { 0 };
	good(journal_verify(t->s, &v, &err), &err);
	assert_true(v.sound);
}

struct approver {
	struct test_store *t;
	const struct apply_case *c;
	struct arena *a;
	enum err_kind kind;
	const char *code;
};

static void *approve(void *p)
{
	struct approver *x = p;
	struct test_store own = *x->t;
	struct apply_case after;
	struct err err = { 0 };
	own.a = x->a;
	x->kind = act(&own, x->c, "a1", (struct step){ "approve" }, &after, &err).kind;
	x->code = err.code;
	return NULL;
}

static void two_approvals_at_once_are_one(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = proposed(t);
	struct counts before = counts_of(t);
	struct approver x[4];
	pthread_t threads[4];
	size_t won = 0;
	for (size_t i = 0; i < 4; i++) {
		x[i] = (struct approver){ .t = t, .c = &c, .a = arena_new(0) };
		assert_int_equal(pthread_create(&threads[i], NULL, approve, &x[i]), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		won += x[i].kind == ERR_NONE;
		if (x[i].kind != ERR_NONE)
			assert_string_equal(x[i].code, "apply.case.changed");
		arena_free(x[i].a);
	}
	assert_int_equal(won, 1);
	assert_counts(t, &before, 1);
}

/* ---- what the citizen does not see ---- */

static void notes_and_proposals_stay_in_the_office(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = submitted(t, "s1", "りんご");
	struct case_actor who = officer("c1");
	const struct case_event *e;
	size_t n;
	struct err err = { 0 };
	good(case_note(t->s, t->a, &c, &who, STR("住所が合わない気がする"), NOON, &err), &err);
	assert_int_equal(case_note(t->s, t->a, &c, &who, STR(" "), NOON, &err).kind, ERR_INPUT);
	good(case_assign(t->s, t->a, &c, &who, STR("c2"), NOON, &err), &err);
	assert_str(load(t, &c).assigned_to, STR("c2"));
	c = acted(t, &c, "c1", (struct step){ "propose", .decision = DECISION }); /* a note moves nothing */
	assert_str(history_text(t, &c, true), STR("submit>received note assign propose>proposed"));
	assert_str(history_text(t, &c, false), STR("submit>received propose>proposed"));
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(case_history(db, t->a, CITY, c.id, false, &e, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		assert_null(e[i].detail); /* what is proposed is not decided */
		assert_false(e[i].internal);
	}
	good(case_history(db, t->a, CITY, c.id, true, &e, &n, &err), &err);
	assert_json(t->a, e[3].detail, DECISION);
	assert_true(e[1].internal);
	assert_str(e[1].text, STR("住所が合わない気がする"));
	store_reader_done(&db);
	c = acted(t, &c, "a1", (struct step){ "back" });
	c = acted(t, &c, "c1", (struct step){ "return", .comments = "{'words.short':'何ですか'}" });
	good(store_reader(t->s, &db, &err), &err);
	good(case_history(db, t->a, CITY, c.id, false, &e, &n, &err), &err);
	assert_json(t->a, e[n - 1].detail, "{'words.short':'何ですか'}"); /* this is for her */
	/* Another city's history is empty, whatever the id. */
	good(case_history(db, t->a, STR("452025"), c.id, true, &e, &n, &err), &err);
	assert_int_equal(n, 0);
}

static void every_step_is_in_the_journal(void **state)
{
	struct test_store *t = *state;
	struct apply_case c = proposed(t);
	const struct journal_row *rows;
	size_t n;
	struct err err = { 0 };
	struct case_actor who = officer("c1");
	good(case_assign(t->s, t->a, &c, &who, STR("c2"), NOON, &err), &err);
	good(case_note(t->s, t->a, &c, &who, STR("意見"), NOON, &err), &err);
	acted(t, &c, "a1", (struct step){ "approve" });
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(journal_of_subject(db, t->a, CITY, STR("city-s1"), 0, 100, &rows, &n, &err), &err);
	static const char *const want[] = { "apply.decide", "apply.note", "apply.assign", "apply.step",
	                                    "apply.submit" };
	assert_int_equal(n, 5);
	for (size_t i = 0; i < n; i++)
		assert_str(rows[i].event, str_c(want[i]));
	assert_str(rows[0].actor, STR("officer:172065:a1"));
	assert_str(rows[0].purpose, STR("試験に関する事務"));
	/* Bodies are hashed: no word of the note or the decision lies there. */
	for (size_t i = 0; i < n; i++)
		assert_int_equal(rows[i].detail ? str_find(json_to_str(t->a, rows[i].detail), STR("意見"))
		                                : STR_NONE, STR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(another_citys_officer_finds_nothing), ON_BOTH(roles_are_kept_apart),
		ON_BOTH(two_people_decide), ON_BOTH(sent_back_the_other_may_propose),
		ON_BOTH(a_return_forgets_what_was_proposed), ON_BOTH(stale_pages_change_nothing),
		ON_BOTH(comments_reasons_and_decisions_are_needed),
		ON_BOTH(a_decision_leaves_everything_behind),
		ON_BOTH(a_refusal_gives_a_letter_and_no_record),
		ON_BOTH(without_its_letter_nothing_is_decided),
		ON_BOTH(without_any_of_its_tables_nothing_is_decided),
		ON_BOTH(two_approvals_at_once_are_one), ON_BOTH(notes_and_proposals_stay_in_the_office),
		ON_BOTH(every_step_is_in_the_journal),
	};
	case_rooms();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	case_rooms_done();
	return failed;
}
