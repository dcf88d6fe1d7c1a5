/* One step of the office, in one transaction: state, event, journal entry,
 * and for a decision the record, the letter and the notice. */
#include "apply/case_act.h"

#include "apply/flow.h"
#include "apply/register.h"
#include "base/calendar.h"
#include "notice/notice.h"
#include "record/basic.h"
#include "record/record.h"
#include "store/journal.h"

static struct str actor_text(struct arena *a, const struct case_actor *who)
{
	return arena_printf(a, "officer:%.*s:%.*s", STR_ARG(who->org), STR_ARG(who->id));
}

static struct result update(struct db *tx, struct arena *a, const struct case_change *x,
                            struct err *err)
{
	int64_t changed;
	const struct apply_case *c = x->c;
	int64_t due = flow_due(flow_state(x->p, x->row->to), x->now);
	bool free_once = x->final && !x->granted;
	TRY(db_exec(tx,
		"UPDATE app_case SET state = ?, open = ?, entered_at = ?, due_at = ?, decided_at = ?,"
		" decision = ?, comments = ?, proposed_by = ?,"
		" once_open = CASE WHEN CAST(? AS BIGINT) = 1 THEN NULL ELSE once_open END,"
		" rev = rev + 1 WHERE org = ? AND id = ? AND rev = ?",
		BINDS(B_TEXT(x->row->to), B_INT(x->final ? 0 : 1), B_INT(x->now), B_INT(due),
		      B_INT(x->final ? x->now : c->decided_at),
		      B_TEXT(apply_json_text(a, x->decision)),
		      B_TEXT(apply_json_text(a, x->comments)), B_TEXT(x->proposed_by),
		      B_INT(free_once), B_TEXT(c->org), B_TEXT(c->id), B_INT(c->rev)), &changed, err));
	if (changed == 0)
		return fail(err, ERR_CONFLICT, "apply.case.changed", NULL,
		            "a colleague moved the application since revision %lld", (long long)c->rev);
	return ok();
}

static struct result write_record(struct db *tx, struct arena *a, const struct case_change *x,
                                  struct err *err)
{
	struct str id;
	struct record_new r = { .org = x->c->org, .subject = x->c->subject,
		.dataset = x->p->record_dataset, .source = x->c->receipt,
		.valid_from = date_format(a, jst_date(x->now)), .body = x->record };
	if (!x->record)
		return ok();
	if (x->desk && str_eq(r.dataset, STR(BASIC_DATASET)))
		return register_put(tx, a, x->desk, &r, x->now, err);
	return record_put(tx, a, &r, &id, err);
}

static struct result write_notice(struct db *tx, struct arena *a, const struct case_change *x,
                                  struct err *err)
{
	if (!x->notice)
		return ok();
	struct notice n = { .from_org = x->c->org, .at = x->now,
		.link = arena_printf(a, "/applications/%.*s", STR_ARG(x->c->id)) };
	memcpy(n.text, x->notice->t, sizeof n.text);
	return notice_put(tx, a, x->c->portal, x->c->portal_subject, &n, err);
}

static struct result write_journal(struct db *tx, struct arena *a, const struct case_change *x,
                                   struct err *err)
{
	struct json_object *detail = json_object_new(a);
	json_put_str(detail, STR("procedure"), x->p->id);
	json_put_str(detail, STR("receipt"), x->c->receipt);
	json_put_str(detail, STR("action"), x->row->action);
	json_put_str(detail, STR("to"), x->row->to);
	return journal_add(tx, &(struct journal_entry){ .org = x->c->org,
		.subject = x->c->subject, .event = x->final ? STR("apply.decide") : STR("apply.step"),
		.actor = actor_text(a, x->who), .object = x->c->id, .purpose = x->p->affair,
		.detail = json_object_done(detail), .body = apply_json_text(a, x->decision) }, err);
}

struct result case_change_write(struct store *s, struct arena *a, const struct case_change *x,
                                struct apply_case *ret, struct err *err)
{
	bool decides = x->final || x->row->kind == FLOW_PROPOSE;
	/* What was only proposed is the office's own until it is decided. */
	struct case_event e = { .at = x->now, .actor = actor_text(a, x->who),
		.actor_name = x->who->name, .action = x->row->action, .from_state = x->c->state,
		.to_state = x->row->to, .text = x->text,
		.detail = x->comments ? x->comments : decides ? x->decision : NULL,
		.detail_internal = !x->comments && !x->final };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(s, &tx, err));
	TRY(update(tx, a, x, err));
	TRY(apply_event_put(tx, a, x->c, &e, err));
	TRY(write_record(tx, a, x, err));
	if (x->has_letter)
		TRY(apply_letter_put(tx, x->c, &x->letter, x->now, err));
	TRY(write_notice(tx, a, x, err));
	TRY(write_journal(tx, a, x, err));
	TRY(case_load(tx, a, x->c->org, x->c->id, ret, err));
	return store_commit(&tx, err);
}

/* ---- notes and assignment ---- */

struct result case_note(struct store *s, struct arena *a, const struct apply_case *c,
                        const struct case_actor *who, struct str text, int64_t now,
                        struct err *err)
{
	if (!str_eq(who->org, c->org))
		return fail(err, ERR_NOT_FOUND, "apply.case.none", NULL, "another organization's case");
	if (str_empty(str_trim(text)))
		return fail(err, ERR_INPUT, "apply.note.empty", NULL, "an empty note");
	struct case_event e = { .at = now, .actor = actor_text(a, who), .actor_name = who->name,
		.action = STR("note"), .from_state = c->state, .to_state = c->state, .text = text,
		.internal = true };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(s, &tx, err));
	TRY(apply_event_put(tx, a, c, &e, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = c->org, .subject = c->subject,
		.event = STR("apply.note"), .actor = e.actor, .object = c->id, .body = text }, err));
	return store_commit(&tx, err);
}

struct result case_assign(struct store *s, struct arena *a, const struct apply_case *c,
                          const struct case_actor *who, struct str officer, int64_t now,
                          struct err *err)
{
	int64_t changed;
	if (!str_eq(who->org, c->org))
		return fail(err, ERR_NOT_FOUND, "apply.case.none", NULL, "another organization's case");
	struct case_event e = { .at = now, .actor = actor_text(a, who), .actor_name = who->name,
		.action = STR("assign"), .from_state = c->state, .to_state = c->state,
		.text = officer, .internal = true };
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(s, &tx, err));
	TRY(db_exec(tx,
		"UPDATE app_case SET assigned_to = ? WHERE org = ? AND id = ? AND assigned_to = ?",
		BINDS(B_TEXT(officer), B_TEXT(c->org), B_TEXT(c->id), B_TEXT(c->assigned_to)),
		&changed, err));
	if (changed == 0)
		return fail(err, ERR_CONFLICT, "apply.case.assigned", NULL,
		            "a colleague has assigned it meanwhile");
	TRY(apply_event_put(tx, a, c, &e, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = c->org, .subject = c->subject,
		.event = STR("apply.assign"), .actor = e.actor, .object = c->id, .body = officer }, err));
	return store_commit(&tx, err);
}
