/* Steps, notes and assignments. A step that cannot be taken gives the page back
 * with everything that was typed: when a colleague was faster, when something
 * is missing, when the letter cannot be made. */
#include "web/counter.h"

#include "apply/flow.h"
#include "web/certs.h"
#include "web/letters.h"
#include "web/portal_field.h"

enum { REASONS_MAX = 4000, NOTE_MAX = 4000 };

/* ---- what is said of a failed step ---- */

static const struct { const char *code, *key; } problems[] = {
	{ "apply.return.no_comment", "counter.problem.no_comment" },
	{ "apply.refuse.no_reason", "counter.problem.no_reason" },
	{ "apply.decision.missing", "counter.problem.no_decision" },
	{ "counter.text", "counter.problem.text" },
	{ "counter.comments_left", "counter.problem.comments_left" },
	{ "counter.reasons_left", "counter.problem.reasons_left" },
	{ "counter.note_left", "counter.problem.note_left" },
	{ "apply.note.empty", "counter.problem.no_note" },
	{ "letter.no_seal", "counter.problem.no_seal" },
	{ "letter.glyph", "counter.problem.glyph" },
	{ "letter.text", "counter.problem.letter" },
	{ "letter.field", "counter.problem.letter" },
	{ "letter.font", "counter.problem.letter" },
	{ "letter.qr", "counter.problem.letter" },
};

static const char *problem_of(const struct err *e)
{
	for (size_t i = 0; e->code && i < sizeof problems / sizeof *problems; i++)
		if (strcmp(e->code, problems[i].code) == 0)
			return problems[i].key;
	return NULL;
}

/* The page once more. After a colleague's step the case is read anew, so that
 * the officer sees what changed; her own words stay. */
static struct result stale_page(struct visit *v, struct counter_desk *d, struct err *err)
{
	DESK_AUTO now = { 0 };
	TRY(counter_open(v, &now, err));
	now.typed = d->typed;
	now.stale = true;
	return counter_case_page(v, &now, 409, err);
}

static struct result again(struct visit *v, struct counter_desk *d, struct result r,
                           const struct err *why, struct err *err)
{
	const char *key = problem_of(why);
	if (r.kind == ERR_CONFLICT)
		return stale_page(v, d, err);
	if (!key) {
		if (err)
			*err = *why;
		return r;
	}
	d->problem = str_c(key);
	return counter_case_page(v, d, err_kind_http(r.kind), err);
}

/* ---- a step ---- */

static struct result take_raw(struct visit *v, struct counter_desk *d, struct case_step *step,
                              struct err *err)
{
	struct form_raw *raw = ARENA_ARRAY(v->a, struct form_raw, d->typed->n + 1);
	size_t n = 0;
	for (size_t i = 0; i < d->typed->n; i++)
		if (!d->typed->items[i].file)
			raw[n++] = (struct form_raw){ d->typed->items[i].name, d->typed->items[i].value };
	return form_decision(d->form, raw, n, &step->decision, &d->errors, &d->nerrors, err);
}

/* Words meant for another button are not thrown away in silence. */
static struct result nothing_left(const struct pack_action *row, const struct case_step *step,
                                  struct str reasons, struct str note, struct err *err)
{
	if (row->kind != FLOW_RETURN && json_len(step->comments))
		return fail(err, ERR_INPUT, "counter.comments_left", NULL,
		            "comments were typed, but the step returns nothing");
	if (row->kind != FLOW_REFUSE && reasons.n)
		return fail(err, ERR_INPUT, "counter.reasons_left", NULL,
		            "reasons were typed, but the step is no refusal");
	if (note.n)
		return fail(err, ERR_INPUT, "counter.note_left", NULL, "a note was typed, not saved");
	return ok();
}

static struct result take_step(struct visit *v, struct counter_desk *d,
                               const struct pack_action *row, struct case_step *step,
                               struct err *err)
{
	struct str reasons, note = str_trim(http_field_get(d->typed, STR("_note")));
	TRY(counter_take_comments(v, d, &step->comments, err));
	TRY(counter_text(v, http_field_get(d->typed, STR("_reasons")), REASONS_MAX, &reasons, err));
	TRY(nothing_left(row, step, reasons, note, err));
	step->reasons = reasons;
	if (row->kind == FLOW_PROPOSE || (row->kind == FLOW_APPROVE && !d->c.decision))
		return take_raw(v, d, step, err);
	return ok();
}

static const char *done_word(enum flow_kind kind)
{
	switch (kind) {
	case FLOW_RETURN: return "return";
	case FLOW_PROPOSE: return "propose";
	case FLOW_APPROVE: return "approve";
	case FLOW_REFUSE: return "refuse";
	default: return "move";
	}
}

/* Back to the case; `at` keeps its place in the queue for "next". */
static void go_back(struct visit *v, const struct counter_desk *d, const char *done)
{
	struct str query = counter_filter_query(v, &d->filter);
	visit_redirect(v, arena_printf(v->a, "%.*s/cases/%.*s?%.*s%sdone=%s&at=%lld",
	               STR_ARG(counter_base(v)), STR_ARG(d->c.id), STR_ARG(query),
	               query.n ? "&" : "", done, (long long)d->c.due_at));
}

static struct result act(struct visit *v, struct counter_desk *d, const struct pack_action *row,
                         struct case_step *step, struct err *err)
{
	struct apply_case after;
	struct register_desk desk = certs_desk(v->app);
	struct case_office office = { .data_key = &v->app->data_key, .letter = app_letter, .desk = &desk,
		.ctx = v->app };
	TRY(take_step(v, d, row, step, err));
	if (d->nerrors)
		return ok(); /* the page says which */
	return case_act(v->app->store, v->a, &d->c, d->p, &d->who, step, &office, v->now, &after,
	                err);
}

struct result counter_act(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct err why = { 0 };
	DESK_AUTO d = { 0 };
	TRY(visit_form(v, &f, err));
	TRY(counter_open(v, &d, err));
	struct case_step step = { .action = http_field_get(&f, STR("_action")) };
	d.typed = &f;
	if (!str_to_i64(http_field_get(&f, STR("_rev")), &step.rev) || step.rev != d.c.rev)
		return stale_page(v, &d, err);
	const struct pack_action *row = flow_action(d.p, d.c.state, step.action);
	if (!row)
		return fail(err, ERR_INPUT, "apply.case.no_action", NULL, "no such action in this state");
	struct result r = act(v, &d, row, &step, &why);
	if (is_err(r))
		return again(v, &d, r, &why, err);
	if (d.nerrors)
		return counter_case_page(v, &d, 400, err);
	go_back(v, &d, done_word(row->kind));
	return ok();
}

/* ---- notes and assignment ---- */

/* A note or an assignment is no reason to lose comments that are half written:
 * with such words on the page it comes back as it is, else by a redirect. */
static struct result beside(struct visit *v, struct counter_desk *d, const char *done,
                            struct err *err)
{
	const struct json *comments;
	struct str reasons = http_field_get(d->typed, STR("_reasons"));
	TRY(counter_take_comments(v, d, &comments, err));
	if (json_len(comments) == 0 && reasons.n == 0) {
		go_back(v, d, done);
		return ok();
	}
	DESK_AUTO now = { 0 };
	TRY(counter_open(v, &now, err));
	now.typed = d->typed;
	now.done = str_c(done);
	return counter_case_page(v, &now, 200, err);
}

struct result counter_note(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct err why = { 0 };
	struct str text = STR("");
	DESK_AUTO d = { 0 };
	TRY(visit_form(v, &f, err));
	TRY(counter_open(v, &d, err));
	d.typed = &f;
	struct result r = counter_text(v, http_field_get(&f, STR("_note")), NOTE_MAX, &text, &why);
	if (is_ok(r))
		r = case_note(v->app->store, v->a, &d.c, &d.who, text, v->now, &why);
	if (is_err(r))
		return again(v, &d, r, &why, err);
	return beside(v, &d, "note", err);
}

struct result counter_assign(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct officer who;
	DESK_AUTO d = { 0 };
	TRY(visit_form(v, &f, err));
	TRY(counter_open(v, &d, err));
	d.typed = &f;
	d.c.assigned_to = http_field_get(&f, STR("_charge")); /* as she saw it */
	struct str id = http_field_get(&f, STR("_officer"));
	if (str_eq(http_field_get(&f, STR("_to_me")), STR("1")))
		id = d.who.id;
	if (id.n) { /* a colleague of this counter, or nobody */
		STORE_READER_AUTO db = NULL;
		TRY(store_reader(v->app->store, &db, err));
		TRY(officer_find(db, v->a, v->session.org, id, &who, err));
	}
	struct err why = { 0 };
	struct result r = case_assign(v->app->store, v->a, &d.c, &d.who, id, v->now, &why);
	if (is_err(r))
		return again(v, &d, r, &why, err);
	return beside(v, &d, "assign", err);
}
