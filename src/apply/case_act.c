/* The rules of a step: who may take it, what it needs, what it leads to. The
 * slow work (evaluating, rendering and sealing a letter) is done here, before
 * the transaction; `rev` makes sure that nothing moved meanwhile. */
#include "apply/case_act.h"

#include "apply/flow.h"
#include "base/buf.h"
#include "base/calendar.h"
#include "crypto/aead.h"

size_t case_actions(const struct procedure *p, const struct apply_case *c,
                    const struct case_actor *who, const struct pack_action **ret,
                    struct arena *a)
{
	struct pack_action *list = ARENA_ARRAY(a, struct pack_action, p->nactions + 1);
	size_t n = 0;
	for (size_t i = 0; i < p->nactions; i++)
		if (str_eq(p->actions[i].state, c->state) && str_eq(who->org, c->org) &&
		    flow_has_role(who->roles, p->actions[i].role))
			list[n++] = p->actions[i];
	*ret = list;
	return n;
}

static struct result allowed(const struct case_change *x, const struct case_step *step,
                             struct err *err)
{
	const struct case_actor *who = x->who;
	if (!str_eq(who->org, x->c->org))
		return fail(err, ERR_NOT_FOUND, "apply.case.none", NULL, "another organization's case");
	if (step->rev != x->c->rev)
		return fail(err, ERR_CONFLICT, "apply.case.changed", NULL,
		            "seen at revision %lld, now %lld", (long long)step->rev,
		            (long long)x->c->rev);
	if (!x->row)
		return fail(err, ERR_CONFLICT, "apply.case.no_action", NULL,
		            "no action %.*s in state %.*s", STR_ARG(step->action), STR_ARG(x->c->state));
	if (!flow_has_role(who->roles, x->row->role))
		return fail(err, ERR_FORBIDDEN, "apply.case.role", NULL, "the action is for role %.*s",
		            STR_ARG(x->row->role));
	if (x->row->second_person && (x->c->proposed_by.n == 0 || str_eq(x->c->proposed_by, who->id)))
		return fail(err, ERR_FORBIDDEN, "apply.second_person", NULL,
		            "the one who proposed cannot decide, and somebody must have proposed");
	return ok();
}

/* What the applicant can correct: neither the register's word nor a locked field. */
static bool can_correct(const struct procedure *p, struct str id)
{
	const struct pack_field *field = form_find(p, id);
	return field && field->type != FIELD_SHOWN && !field->locked;
}

/* Comments name fields that exist, none empty, and at least one of them she can
 * do something about. */
static struct result take_comments(struct case_change *x, const struct case_step *step,
                                   struct err *err)
{
	if (!json_is(step->comments, JSON_OBJECT) || step->comments->n == 0)
		return fail(err, ERR_INPUT, "apply.return.no_comment", NULL,
		            "returned without saying what to correct");
	bool any = false;
	for (size_t i = 0; i < step->comments->n; i++) {
		any |= can_correct(x->p, step->comments->keys[i]);
		if (str_empty(str_trim(json_text(&step->comments->items[i]))))
			return fail(err, ERR_INPUT, "apply.return.no_comment", NULL, "an empty comment");
		if (!form_knows(x->p, step->comments->keys[i]))
			return fail(err, ERR_INPUT, "apply.return.field", NULL, "no field %.*s",
			            STR_ARG(step->comments->keys[i]));
	}
	if (!any)
		return fail(err, ERR_INPUT, "apply.return.field", NULL,
		            "nothing that was commented on can be corrected by the applicant");
	x->comments = step->comments;
	/* Whatever was proposed was about answers that are to change. */
	x->decision = NULL;
	x->proposed_by = STR("");
	x->notice = &x->p->notice_returned;
	return ok();
}

const struct json *case_about(struct arena *a, const struct apply_case *c)
{
	struct json_object *about = json_object_new(a);
	json_put_str(about, STR("receipt"), c->receipt);
	json_put_int(about, STR("number"), c->number);
	json_put_str(about, STR("submitted"), date_format(a, jst_date(c->submitted_at)));
	return json_object_done(about);
}

struct result case_form(struct arena *a, const struct apply_case *c, const struct procedure *p,
                        int64_t now, struct form **ret, struct err *err)
{
	struct form_input in = { .procedure = p, .facts = c->facts, .answers = c->answers,
		.about = case_about(a, c), .now_us = now, .decision = c->decision };
	return form_open(a, &in, ret, err);
}

static struct result form_of(struct case_change *x, struct arena *a, struct form **ret,
                             struct err *err)
{
	struct apply_case c = *x->c;
	c.decision = x->decision;
	return case_form(a, &c, x->p, x->now, ret, err);
}

/* However it came here: every field that is asked is there and right. */
static struct result complete_decision(struct case_change *x, struct arena *a, struct err *err)
{
	struct form *f;
	bool fine;
	TRY(form_of(x, a, &f, err));
	TRY(form_decision_fine(f, &fine, err));
	if (!fine)
		return fail(err, ERR_INPUT, "apply.decision.missing", NULL,
		            "a field of the decision is missing or wrong");
	return ok();
}

static struct result take_decision(struct case_change *x, struct arena *a,
                                   const struct case_step *step, struct err *err)
{
	if (!json_is(step->decision, JSON_OBJECT)) {
		if (x->row->kind == FLOW_PROPOSE || !x->c->decision)
			return fail(err, ERR_INPUT, "apply.decision.missing", NULL, "no decision was filled in");
		return ok(); /* approving what was proposed */
	}
	/* Two people decide the same thing, or nobody has looked at it twice. */
	if (x->row->second_person && !json_equal(step->decision, x->c->decision))
		return fail(err, ERR_CONFLICT, "apply.decision.changed", NULL,
		            "what is approved is not what was proposed");
	x->decision = step->decision;
	return complete_decision(x, a, err);
}

static struct result take_reasons(struct case_change *x, struct arena *a,
                                  const struct case_step *step, struct err *err)
{
	if (str_empty(str_trim(step->reasons)))
		return fail(err, ERR_INPUT, "apply.refuse.no_reason", "行政手続法 第八条",
		            "refused without reasons");
	x->decision = json_with(a, x->c->decision ? x->c->decision
	                                          : json_object_done(json_object_new(a)),
	                        STR("reasons"), json_str(a, step->reasons));
	x->text = step->reasons;
	x->notice = &x->p->notice_refused;
	return ok();
}

static struct result make_record(struct case_change *x, struct arena *a, struct form *f,
                                 struct err *err)
{
	const struct json *v, *body = json_object_done(json_object_new(a));
	if (x->p->record_dataset.n == 0)
		return ok();
	for (size_t i = 0; i < x->p->nrecord; i++) {
		TRY(form_eval(f, x->p->record[i].expr, &v, err));
		body = json_with(a, body, x->p->record[i].name, v);
	}
	x->record = body;
	return ok();
}

static struct result make_letter(struct case_change *x, struct arena *a, struct form *f,
                                 const struct pack_letter *l,
                                 const struct case_office *office, struct err *err)
{
	struct str pdf;
	if (!l)
		return ok();
	TRY(office->letter(office->ctx, a, x->c, x->p, l, f, &pdf, err));
	x->letter.id = apply_new_id(a);
	x->letter.title = l->title;
	x->letter.number = case_letter_number(a, x->c, l);
	x->letter.size = (int64_t)pdf.n;
	BUF_AUTO sealed;
	buf_init(&sealed, pdf.n + AEAD_EXTRA);
	struct str ad = arena_printf(a, "letter:%.*s", STR_ARG(x->letter.id));
	TRY(aead_seal(secret_str(office->data_key), ad, pdf, &sealed, err));
	x->letter.sealed = arena_str(a, buf_str(&sealed));
	x->has_letter = true;
	return ok();
}

struct str case_letter_number(struct arena *a, const struct apply_case *c,
                              const struct pack_letter *l)
{
	return arena_printf(a, "%.*s%lld号", STR_ARG(l->number_prefix), (long long)c->number);
}

/* What a decision leaves behind: record and letter, or the refusal's letter. */
static struct result conclude(struct case_change *x, struct arena *a,
                              const struct case_office *office, struct err *err)
{
	struct form *f;
	TRY(form_of(x, a, &f, err));
	if (x->row->kind == FLOW_REFUSE)
		return make_letter(x, a, f, x->p->refusal_letter, office, err);
	x->granted = true;
	x->notice = &x->p->notice_decided;
	TRY(make_record(x, a, f, err));
	return make_letter(x, a, f, x->p->letter, office, err);
}

static struct result take_kind(struct case_change *x, struct arena *a,
                               const struct case_step *step, const struct case_office *office,
                               struct err *err)
{
	switch (x->row->kind) {
	case FLOW_RETURN:
		return take_comments(x, step, err);
	case FLOW_MOVE:
		return ok();
	case FLOW_PROPOSE:
		x->proposed_by = x->who->id;
		return take_decision(x, a, step, err);
	case FLOW_APPROVE:
		TRY(take_decision(x, a, step, err));
		return conclude(x, a, office, err);
	case FLOW_REFUSE:
		TRY(take_reasons(x, a, step, err));
		return conclude(x, a, office, err);
	case FLOW_RESUBMIT:
	case FLOW_WITHDRAW:
		return fail(err, ERR_FORBIDDEN, "apply.case.role", NULL, "the citizen's own action");
	}
	return fail(err, ERR_INTERNAL, "apply.case.kind", NULL, "unknown kind of action");
}

struct result case_act(struct store *s, struct arena *a, const struct apply_case *c,
                       const struct procedure *p, const struct case_actor *who,
                       const struct case_step *step, const struct case_office *office,
                       int64_t now, struct apply_case *ret, struct err *err)
{
	struct case_change x = { .c = c, .p = p, .who = who, .now = now,
		.row = flow_action(p, c->state, step->action), .proposed_by = c->proposed_by,
		.decision = c->decision, .desk = office->desk };
	TRY(allowed(&x, step, err));
	const struct pack_state *to = flow_state(p, x.row->to);
	x.final = to && to->final;
	TRY(take_kind(&x, a, step, office, err));
	return case_change_write(s, a, &x, ret, err);
}
