#include "case_support.h"

#include "ident/ident.h"
#include "notice/notice.h"
#include "record/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct secret key;

void case_rooms(void)
{
	ident_migrations();
	record_migrations();
	notice_migrations();
	apply_migrations();
	key = secret_random(32);
}

const struct secret *case_key(void)
{
	return &key;
}

void case_rooms_done(void)
{
	secret_done(&key);
}

struct str city_code(struct arena *a, struct str subject)
{
	return arena_printf(a, "city-%.*s", STR_ARG(subject));
}

/* ---- drafts ---- */

struct draft begin(struct test_store *t, const char *subject, const char *answers)
{
	struct err err = { 0 };
	struct db *tx = NULL;
	struct draft d = { .org = PORTAL, .subject = str_c(subject), .procedure = ALL_FIELDS->id,
		.version = ALL_FIELDS->version, .authority = CITY };
	good(store_begin(t->s, &tx, &err), &err);
	good(draft_start(tx, t->a, &d, NOON, &d, &err), &err);
	good(store_commit(&tx, &err), &err);
	save(t, &d, json_of(t->a, answers));
	return d;
}

void save(struct test_store *t, struct draft *d, const struct json *answers)
{
	struct err err = { 0 };
	struct db *tx = NULL;
	good(store_begin(t->s, &tx, &err), &err);
	good(draft_save(tx, t->a, d, answers, NOON, &d->rev, &err), &err);
	good(store_commit(&tx, &err), &err);
	d->answers = answers;
}

static const struct pack_field *file_field(void)
{
	const struct procedure *p = ALL_FIELDS;
	for (size_t i = 0; i < p->npages; i++)
		for (size_t k = 0; k < p->pages[i].nfields; k++)
			if (p->pages[i].fields[k].type == FIELD_FILE)
				return &p->pages[i].fields[k];
	return NULL;
}

struct attachment add_file(struct test_store *t, struct draft *d, const char *field,
                           struct str bytes)
{
	struct attachment att;
	enum attach_verdict v;
	struct err err = { 0 };
	good(attach_add(t->s, t->a, case_key(), d->org, d->id, file_field(), str_c(field),
	                STR("家.jpg"), bytes, NOON, &v, &att, &err), &err);
	assert_int_equal(v, ATTACH_OK);
	const struct json *had = json_path(d->answers, str_c(field));
	struct json_array *ids = json_array_new(t->a);
	for (size_t i = 0; i < json_len(had); i++)
		json_push(ids, json_at(had, i));
	json_push(ids, json_str(t->a, att.id));
	save(t, d, json_with(t->a, d->answers, str_c(field), json_array_done(ids)));
	return att;
}

/* ---- submitting ---- */

static struct result open_for(struct store *s, struct arena *a, const struct draft *d,
                              int64_t now, struct form **ret, struct err *err)
{
	struct apply_case c = { 0 };
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(s, &db, err));
	if (d->case_id.n)
		TRY(case_load_of(db, a, d->org, d->subject, d->case_id, &c, err));
	struct form_input in = { .procedure = ALL_FIELDS, .facts = given_facts(a),
		.answers = d->answers, .now_us = now, .submitted = c.answers,
		.open_fields = d->open_fields };
	return form_open(a, &in, ret, err);
}

struct result submit_in(struct store *s, struct arena *a, const struct draft *d, int64_t now,
                        struct apply_case *ret, bool *ret_again, struct err *err)
{
	struct form *f;
	TRY(open_for(s, a, d, now, &f, err));
	struct case_submit in = { .draft = d, .procedure = ALL_FIELDS, .form = f,
		.subject = city_code(a, d->subject), .applicant_name = STR("髙橋 花子"),
		.facts = given_facts(a), .document = arena_printf(a, "document of %.*s", STR_ARG(d->id)),
		.cms = STR("\x30\x03sig") };
	return case_submit(s, a, &in, now, ret, ret_again, err);
}

struct apply_case submit(struct test_store *t, const struct draft *d)
{
	struct apply_case c;
	bool again;
	struct err err = { 0 };
	good(submit_in(t->s, t->a, d, NOON, &c, &again, &err), &err);
	assert_false(again);
	return c;
}

struct apply_case submitted(struct test_store *t, const char *subject, const char *word)
{
	const struct json *answers = json_with(t->a, json_of(t->a, given_answers),
	                                       STR("words.short"), json_str(t->a, str_c(word)));
	struct draft d = begin(t, subject, "{}");
	save(t, &d, answers);
	return submit(t, &d);
}

struct apply_case load(struct test_store *t, const struct apply_case *c)
{
	struct apply_case now;
	struct err err = { 0 };
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(case_load(db, t->a, c->org, c->id, &now, &err), &err);
	return now;
}

/* ---- the office ---- */

struct case_actor officer(const char *id)
{
	static const struct { const char *id, *org, *roles; } rows[] = {
		{ "c1", "172065", "clerk" }, { "c2", "172065", "clerk" }, { "a1", "172065", "approver" },
		{ "b1", "172065", "clerk approver" }, { "x1", "452025", "clerk approver admin" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].id, id) == 0)
			return (struct case_actor){ str_c(rows[i].org), str_c(id), STR("係の人"),
			                            str_c(rows[i].roles) };
	fail_msg("no officer %s", id);
	return (struct case_actor){ 0 };
}

bool letter_fails;
unsigned letters_made;

static struct result make_letter(void *ctx, struct arena *a, const struct apply_case *c,
                                 const struct procedure *p, const struct pack_letter *l,
                                 struct form *f, struct str *ret, struct err *err)
{
	(void)ctx, (void)p, (void)f;
	if (letter_fails)
		return (fail)(err, ERR_UNAVAILABLE, "test.letter", NULL, "the printer burns");
	letters_made++;
	*ret = arena_printf(a, "PDF %.*s of %.*s", STR_ARG(l->title), STR_ARG(c->receipt));
	return ok();
}

struct result act(struct test_store *t, const struct apply_case *c, const char *who,
                  struct step step, struct apply_case *ret, struct err *err)
{
	struct case_actor actor = officer(who);
	struct case_office office = { .data_key = case_key(), .letter = make_letter };
	struct case_step s = { .action = str_c(step.action), .rev = c->rev,
		.comments = step.comments ? json_of(t->a, step.comments) : NULL,
		.decision = step.decision ? json_of(t->a, step.decision) : NULL,
		.reasons = step.reasons ? str_c(step.reasons) : STR("") };
	return case_act(t->s, t->a, c, ALL_FIELDS, &actor, &s, &office, NOON, ret, err);
}

struct apply_case acted(struct test_store *t, const struct apply_case *c, const char *who,
                        struct step step)
{
	struct apply_case after;
	struct err err = { 0 };
	good(act(t, c, who, step, &after, &err), &err);
	return after;
}

void refused(struct test_store *t, const struct apply_case *c, const char *who, struct step step,
             enum err_kind kind, const char *code)
{
	struct err err = { 0 };
	struct apply_case after = { .rev = -1 }, before = load(t, c);
	struct str history = history_text(t, c, true);
	struct result r = act(t, c, who, step, &after, &err);
	if (r.kind != kind || !err.code || strcmp(err.code, code) != 0)
		fail_msg("%s by %s: %d %s, not %s", step.action, who, r.kind, err.code, code);
	assert_int_equal(after.rev, -1);
	struct apply_case now = load(t, c);
	assert_int_equal(now.rev, before.rev);
	assert_str(now.state, before.state);
	assert_str(history_text(t, c, true), history);
}

/* ---- looking ---- */

int64_t number_of(struct test_store *t, const char *sql)
{
	struct rows r;
	struct err err = { 0 };
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(db_query(db, t->a, sql, NO_BINDS, &r, &err), &err);
	return rows_int(&r, 0, 0);
}

struct str history_text(struct test_store *t, const struct apply_case *c, bool internal)
{
	const struct case_event *e;
	size_t n;
	struct err err = { 0 };
	struct str out = STR("");
	STORE_READER_AUTO db = NULL;
	good(store_reader(t->s, &db, &err), &err);
	good(case_history(db, t->a, c->org, c->id, internal, &e, &n, &err), &err);
	for (size_t i = 0; i < n; i++) {
		bool moved = !str_eq(e[i].from_state, e[i].to_state);
		out = arena_printf(t->a, "%.*s%s%.*s%s%.*s", STR_ARG(out), i ? " " : "",
		                   STR_ARG(e[i].action), moved ? ">" : "",
		                   moved ? (int)e[i].to_state.n : 0, e[i].to_state.p);
	}
	return out;
}
