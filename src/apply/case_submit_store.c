/* From draft to application: one transaction, idempotent by the draft.
 *
 * What can be made beforehand is made before the lane is entered; the draft is
 * taken first, so that the usual way asks for nothing it has just written. What
 * goes along is what the answers name: a file that was uploaded or removed
 * beside the answers that were signed changes nothing silently. A correction is
 * held to what the office asked for here, whatever the page let through. */
#include "apply/case.h"

#include "apply/flow.h"
#include "apply/tables.h"
#include "base/calendar.h"
#include "base/check_digit.h"
#include "base/text.h"
#include "notice/notice.h"
#include "store/journal.h"

struct submit {
	struct db *tx;
	struct arena *a;
	const struct case_submit *in;
	struct apply_case c;
	struct str from_state; /* a correction: where it lay */
	int64_t now;
	/* Made beforehand. */
	const struct json *clean;
	struct str once_key, once_scope, answers, facts;
};

/* A household's key cannot be taken for somebody's code. */
static struct result once_scope(struct arena *a, struct form *f, struct str subject,
                                struct str *ret, struct err *err)
{
	struct str shared;
	TRY(form_once_for(f, &shared, err));
	*ret = shared.n ? arena_join(a, STR("="), shared) : subject;
	return ok();
}

static struct result make_ready(struct submit *s, struct err *err)
{
	TRY(form_clean(s->in->form, &s->clean, err));
	TRY(form_once(s->in->form, &s->once_key, err));
	TRY(once_scope(s->a, s->in->form, s->in->subject, &s->once_scope, err));
	s->answers = apply_json_text(s->a, s->clean);
	s->facts = apply_json_text(s->a, s->in->facts);
	return ok();
}

/* Organization, year, running number of the year, two check digits. */
static struct result give_receipt(struct submit *s, struct err *err)
{
	int year = jst_date(s->now).year % 100;
	struct str name = arena_printf(s->a, "receipt-%02d", year);
	TRY(apply_next_number(s->tx, s->a, s->c.org, name, &s->c.number, err));
	struct str body = arena_printf(s->a, "%.*s%02d%06lld", STR_ARG(s->c.org), year,
	                               (long long)s->c.number);
	s->c.receipt = receipt_make(s->a, body);
	return ok();
}

static struct result find_earlier(struct submit *s, bool *ret, struct err *err)
{
	struct rows r;
	TRY(db_query(s->tx, s->a,
		"SELECT " APPLY_CASE_COLUMNS " FROM app_case WHERE org = ? AND draft_id = ?",
		BINDS(B_TEXT(s->in->draft->authority), B_TEXT(s->in->draft->id)), &r, err));
	*ret = r.n > 0;
	return r.n ? apply_case_row(s->a, &r, 0, &s->c, err) : ok();
}

/* Only as it was signed: *ret false when nothing of that revision is there. */
static struct result take_draft(struct submit *s, bool *ret, struct err *err)
{
	int64_t changed;
	const struct draft *d = s->in->draft;
	TRY(db_exec(s->tx, "DELETE FROM draft WHERE org = ? AND subject = ? AND id = ? AND rev = ?",
	            BINDS(B_TEXT(d->org), B_TEXT(d->subject), B_TEXT(d->id), B_INT(d->rev)),
	            &changed, err));
	*ret = changed > 0;
	return ok();
}

/* It came of this draft already, or somebody saved or discarded the draft since
 * it was signed. */
static struct result was_taken(struct submit *s, struct err *err)
{
	bool earlier;
	struct draft d;
	const struct draft *in = s->in->draft;
	TRY(find_earlier(s, &earlier, err));
	if (earlier)
		return ok();
	TRY(draft_load(s->tx, s->a, in->org, in->subject, in->id, &d, err));
	return fail(err, ERR_CONFLICT, "apply.draft.changed", NULL, "saved elsewhere meanwhile");
}

/* Whose the other one is stays unsaid: the household may not be of one mind. */
static struct result taken(struct str scope, struct err *err)
{
	if (str_starts(scope, STR("=")))
		return fail(err, ERR_CONFLICT, "apply.case.once_shared", NULL,
		            "somebody of the same household has applied already");
	return fail(err, ERR_CONFLICT, "apply.case.once", NULL,
	            "an application with the same subject matter is open or granted");
}

static struct result once_taken(struct result r, struct str scope, struct err *err)
{
	return r.kind == ERR_CONFLICT ? taken(scope, err) : r;
}

struct result case_once_free(struct db *db, struct arena *a, const struct case_submit *in,
                             struct err *err)
{
	struct rows r;
	struct str key, scope;
	TRY(form_once(in->form, &key, err));
	if (key.n == 0)
		return ok();
	TRY(once_scope(a, in->form, in->subject, &scope, err));
	TRY(db_query(db, a,
		"SELECT subject FROM app_case WHERE org = ? AND procedure = ? AND once_scope = ?"
		" AND once_open = ? AND id <> ?",
		BINDS(B_TEXT(in->draft->authority), B_TEXT(in->procedure->id), B_TEXT(scope),
		      B_TEXT(key), B_TEXT(in->draft->case_id)), &r, err));
	if (r.n == 0)
		return ok();
	return taken(str_eq(rows_text(&r, 0, 0), in->subject) ? in->subject : scope, err);
}

static struct bind once_bind(const struct apply_case *c)
{
	return c->once_key.n ? B_TEXT(c->once_key) : B_NULL_AS(BIND_TEXT);
}

static struct result insert_case(struct submit *s, struct err *err)
{
	struct apply_case *c = &s->c;
	return once_taken(db_exec(s->tx,
		"INSERT INTO app_case (org, id, draft_id, receipt, number, subject, portal,"
		" portal_subject, procedure, version, state, open, applicant_name, name_folded, answers,"
		" facts, decision, comments, once_key, once_open, once_scope, document, cms, proposed_by,"
		" assigned_to, submitted_at, entered_at, due_at, decided_at, rev)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, '', '', ?, ?, ?, ?, ?, '', '',"
		" ?, ?, ?, 0, 1)",
		BINDS(B_TEXT(c->org), B_TEXT(c->id), B_TEXT(s->in->draft->id), B_TEXT(c->receipt),
		      B_INT(c->number), B_TEXT(c->subject), B_TEXT(c->portal),
		      B_TEXT(c->portal_subject), B_TEXT(c->procedure), B_TEXT(c->version),
		      B_TEXT(c->state), B_TEXT(c->applicant_name),
		      B_TEXT(text_fold(s->a, c->applicant_name)),
		      B_TEXT(s->answers), B_TEXT(s->facts), B_TEXT(c->once_key), once_bind(c),
		      B_TEXT(s->once_scope), B_TEXT(c->document), B_BLOB(c->cms), B_INT(s->now),
		      B_INT(s->now), B_INT(c->due_at)), NULL, err), s->once_scope, err);
}

static struct result update_case(struct submit *s, struct err *err)
{
	int64_t changed;
	struct apply_case *c = &s->c;
	TRY(once_taken(db_exec(s->tx,
		"UPDATE app_case SET draft_id = ?, answers = ?, facts = ?, document = ?, cms = ?,"
		" once_key = ?, once_open = ?, once_scope = ?, comments = '', state = ?, entered_at = ?, due_at = ?,"
		" rev = rev + 1 WHERE org = ? AND id = ? AND rev = ?",
		BINDS(B_TEXT(s->in->draft->id), B_TEXT(s->answers), B_TEXT(s->facts),
		      B_TEXT(c->document), B_BLOB(c->cms),
		      B_TEXT(c->once_key), once_bind(c), B_TEXT(s->once_scope), B_TEXT(c->state), B_INT(s->now),
		      B_INT(c->due_at), B_TEXT(c->org), B_TEXT(c->id), B_INT(c->rev)),
		&changed, err), s->once_scope, err));
	if (changed == 0)
		return fail(err, ERR_CONFLICT, "apply.case.changed", NULL, "the application moved on");
	c->rev++;
	TRY(db_exec(s->tx,
		"UPDATE portal_case SET draft_id = ? WHERE org = ? AND subject = ? AND case_id = ?",
		BINDS(B_TEXT(s->in->draft->id), B_TEXT(c->portal), B_TEXT(c->portal_subject),
		      B_TEXT(c->id)), NULL, err));
	return apply_attachments_drop(s->tx, c->org, c->id, err);
}

static struct result as_new(struct submit *s, struct err *err)
{
	const struct case_submit *in = s->in;
	s->c = (struct apply_case){ .org = in->draft->authority, .id = apply_new_id(s->a),
		.subject = in->subject, .portal = in->draft->org,
		.portal_subject = in->draft->subject, .procedure = in->procedure->id,
		.version = in->procedure->version, .state = in->procedure->initial,
		.applicant_name = in->applicant_name, .document = in->document, .cms = in->cms,
		.submitted_at = s->now, .entered_at = s->now, .rev = 1, .facts = in->facts,
		.answers = s->clean, .once_key = s->once_key };
	s->c.due_at = flow_due(flow_state(in->procedure, s->c.state), s->now);
	TRY(give_receipt(s, err));
	TRY(insert_case(s, err));
	return db_put(s->tx,
		"INSERT INTO portal_case (org, subject, case_id, case_org, draft_id, at)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		BINDS(B_TEXT(s->c.portal), B_TEXT(s->c.portal_subject), B_TEXT(s->c.id),
		      B_TEXT(s->c.org), B_TEXT(in->draft->id), B_INT(s->now)), err);
}

static struct result only_what_was_asked(struct submit *s, struct err *err)
{
	struct str id;
	if (form_strays(s->in->form, s->c.answers, s->in->draft->open_fields, &id))
		return fail(err, ERR_CONFLICT, "apply.correction.closed", NULL,
		            "%.*s was changed, which nobody asked for", STR_ARG(id));
	return ok();
}

static struct result as_correction(struct submit *s, struct err *err)
{
	const struct case_submit *in = s->in;
	TRY(case_load_of(s->tx, s->a, in->draft->org, in->draft->subject, in->draft->case_id,
	                 &s->c, err));
	const struct pack_action *row = flow_of_kind(in->procedure, s->c.state, FLOW_RESUBMIT);
	if (!row)
		return fail(err, ERR_CONFLICT, "apply.case.not_returned", NULL,
		            "state %.*s takes no correction", STR_ARG(s->c.state));
	TRY(only_what_was_asked(s, err));
	s->from_state = s->c.state;
	s->c.state = row->to;
	s->c.entered_at = s->now;
	s->c.due_at = flow_due(flow_state(in->procedure, row->to), s->now);
	s->c.facts = in->facts;
	s->c.document = in->document;
	s->c.cms = in->cms;
	s->c.comments = NULL;
	s->c.answers = s->clean;
	s->c.once_key = s->once_key;
	return update_case(s, err);
}

static struct result tell(struct submit *s, bool correction, struct err *err)
{
	const struct procedure *p = s->in->procedure;
	const struct apply_case *c = &s->c;
	struct case_event e = { .at = s->now, .actor = STR("citizen"),
		.actor_name = c->applicant_name, .from_state = s->from_state, .to_state = c->state,
		.action = correction ? STR("resubmit") : STR("submit") };
	TRY(correction ? apply_event_put(s->tx, s->a, c, &e, err)
	               : apply_event_first(s->tx, s->a, c, &e, err));
	struct notice n = { .from_org = c->org, .at = s->now,
		.link = arena_printf(s->a, "/applications/%.*s", STR_ARG(c->id)) };
	memcpy(n.text, p->notice_received.t, sizeof n.text);
	TRY(notice_put(s->tx, s->a, c->portal, c->portal_subject, &n, err));
	struct json_object *detail = json_object_new(s->a);
	json_put_str(detail, STR("procedure"), p->id);
	json_put_str(detail, STR("receipt"), c->receipt);
	return journal_add(s->tx, &(struct journal_entry){ .org = c->org, .subject = c->subject,
		.event = correction ? STR("apply.resubmit") : STR("apply.submit"),
		.actor = STR("citizen"), .object = c->id, .purpose = p->affair,
		.detail = json_object_done(detail), .body = c->document }, err);
}

/* The files the answers name, and no other of the draft's. */
static struct result take_files(struct submit *s, struct err *err)
{
	const struct draft *d = s->in->draft;
	const struct json *named = form_files(s->in->form);
	size_t n = json_len(named);
	struct str *ids = ARENA_ARRAY(s->a, struct str, n + 1);
	for (size_t i = 0; i < n; i++)
		ids[i] = json_text(json_at(named, i));
	TRY(apply_attachments_take(s->tx, d->org, d->id, s->c.org, s->c.id, ids, n, err));
	return apply_attachments_drop(s->tx, d->org, d->id, err);
}

struct result case_submit(struct store *st, struct arena *a, const struct case_submit *in,
                          int64_t now, struct apply_case *ret, bool *ret_again,
                          struct err *err)
{
	struct submit s = { .a = a, .in = in, .now = now };
	bool correction = in->draft->case_id.n > 0, taken;
	TRY(make_ready(&s, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(st, &tx, err));
	s.tx = tx;
	TRY(take_draft(&s, &taken, err));
	if (taken) {
		TRY(correction ? as_correction(&s, err) : as_new(&s, err));
		TRY(take_files(&s, err));
		TRY(tell(&s, correction, err));
	} else {
		TRY(was_taken(&s, err));
	}
	TRY(store_commit(&tx, err));
	*ret = s.c;
	*ret_again = !taken;
	return ok();
}

/* ---- correcting and withdrawing ---- */

/* The ids of the answers the office commented on. */
static const struct json *open_fields(struct arena *a, const struct json *comments)
{
	struct json_array *list = json_array_new(a);
	for (size_t i = 0; comments && i < comments->n; i++)
		json_push(list, json_str(a, comments->keys[i]));
	return json_array_done(list);
}

struct result case_correct(struct store *st, struct arena *a, const struct apply_case *c,
                           int64_t now, struct draft *ret, struct err *err)
{
	struct draft d = { .org = c->portal, .subject = c->portal_subject,
		.procedure = c->procedure, .version = c->version, .authority = c->org,
		.case_id = c->id, .answers = c->answers,
		.open_fields = open_fields(a, c->comments) };
	bool fresh;
	STORE_TX_AUTO tx = NULL;
	if (json_len(c->comments) == 0)
		return fail(err, ERR_CONFLICT, "apply.case.not_returned", NULL,
		            "state %.*s takes no correction", STR_ARG(c->state));
	TRY(store_begin(st, &tx, err));
	TRY(apply_draft_start(tx, a, &d, now, &d, &fresh, err));
	if (fresh) /* it gets the files along */
		TRY(apply_attachments_copy(tx, c->org, c->id, d.org, d.id, err));
	TRY(store_commit(&tx, err));
	*ret = d;
	return ok();
}

static struct result drop_corrections(struct db *tx, struct arena *a,
                                      const struct apply_case *c, struct err *err)
{
	struct rows r;
	TRY(db_query(tx, a, "SELECT id FROM draft WHERE org = ? AND subject = ? AND case_id = ?",
	             BINDS(B_TEXT(c->portal), B_TEXT(c->portal_subject), B_TEXT(c->id)), &r, err));
	for (size_t i = 0; i < r.n; i++)
		TRY(draft_discard(tx, c->portal, c->portal_subject, rows_text(&r, i, 0), err));
	return ok();
}

struct result case_withdraw(struct store *st, struct arena *a, const struct apply_case *c,
                            const struct procedure *p, int64_t now, struct err *err)
{
	int64_t changed;
	const struct pack_action *row = flow_of_kind(p, c->state, FLOW_WITHDRAW);
	if (!row)
		return fail(err, ERR_CONFLICT, "apply.case.no_withdraw", NULL,
		            "state %.*s cannot be withdrawn", STR_ARG(c->state));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(st, &tx, err));
	TRY(db_exec(tx,
		"UPDATE app_case SET state = ?, open = 0, once_open = NULL, comments = '',"
		" entered_at = ?, due_at = 0, decided_at = ?, rev = rev + 1 WHERE org = ? AND id = ? AND rev = ?",
		BINDS(B_TEXT(row->to), B_INT(now), B_INT(now), B_TEXT(c->org), B_TEXT(c->id),
		      B_INT(c->rev)), &changed, err));
	if (changed == 0)
		return fail(err, ERR_CONFLICT, "apply.case.changed", NULL, "the application moved on");
	TRY(drop_corrections(tx, a, c, err));
	struct case_event e = { .at = now, .actor = STR("citizen"), .action = row->action,
		.actor_name = c->applicant_name, .from_state = c->state, .to_state = row->to };
	TRY(apply_event_put(tx, a, c, &e, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = c->org, .subject = c->subject,
		.event = STR("apply.withdraw"), .actor = STR("citizen"), .object = c->id,
		.purpose = p->affair }, err));
	return store_commit(&tx, err);
}
