/* What this officer may do with the application now: the decision bar, the
 * fields of the decision, who is in charge.
 *
 * Everything that can be typed on the page belongs to one form, so that no
 * button loses what was written for another. */
#include "web/counter.h"

#include "apply/flow.h"
#include "web/portal_field.h"
#include "web/show.h"

struct bar {
	struct visit *v;
	struct counter_desk *d;
	struct json_array *buttons; /* in the order of the procedure's rows */
	bool may_return, may_decide, may_approve, may_refuse, blocked;
	size_t n;
};

/* An approval without a proposal before it: one officer decides alone, so the
 * fields are filled in here. */
static bool needs_fields(const struct bar *b, const struct pack_action *row)
{
	return row->kind == FLOW_PROPOSE || (row->kind == FLOW_APPROVE && !b->d->c.decision);
}

/* Steps that need something typed are buttons beside it; the bar leads there. */
static const char *anchor_of(const struct bar *b, const struct pack_action *row)
{
	if (needs_fields(b, row) && b->d->p->ndecide)
		return "#decision";
	switch (row->kind) {
	case FLOW_APPROVE:
		return "#proposal";
	case FLOW_REFUSE:
		return "#refuse";
	default:
		return "";
	}
}

static const char *place_of(const struct bar *b, const struct pack_action *row)
{
	if (needs_fields(b, row) && b->d->p->ndecide)
		return "at_decide";
	return row->kind == FLOW_APPROVE ? "at_proposal"
	     : row->kind == FLOW_REFUSE ? "at_refuse" : "at_bar";
}

static void push_button(struct bar *b, const struct pack_action *row)
{
	struct visit *v = b->v;
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("action"), row->action);
	json_put_str(o, STR("action_label"), row->label.t[v->lang]);
	json_put_bool(o, str_c(place_of(b, row)), true);
	json_put_str(o, STR("action_anchor"), str_c(anchor_of(b, row)));
	json_put_bool(o, STR("main"), row->kind == FLOW_PROPOSE || row->kind == FLOW_APPROVE);
	json_push(b->buttons, json_object_done(o));
	b->may_return |= row->kind == FLOW_RETURN;
	b->may_refuse |= row->kind == FLOW_REFUSE;
	b->may_decide |= needs_fields(b, row);
	b->may_approve |= row->kind == FLOW_APPROVE && !needs_fields(b, row);
	b->n++;
}

static void push_actions(struct bar *b)
{
	const struct pack_action *rows;
	struct counter_desk *d = b->d;
	size_t n = case_actions(d->p, &d->c, &d->who, &rows, b->v->a);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].second_person && str_eq(d->c.proposed_by, d->who.id))
			b->blocked = true;
		else
			push_button(b, &rows[i]);
	}
}

/* Who has to act when this officer cannot: the roles of the state's rows. That
 * the citizen may withdraw at any time is nothing to wait for. */
static const struct json *awaited(struct visit *v, const struct counter_desk *d)
{
	struct json_array *list = json_array_new(v->a);
	struct str seen = STR("");
	for (size_t i = 0; i < d->p->nactions; i++) {
		const struct pack_action *row = &d->p->actions[i];
		if (!str_eq(row->state, d->c.state) || flow_has_role(seen, row->role) ||
		    row->kind == FLOW_WITHDRAW)
			continue;
		seen = arena_printf(v->a, "%.*s %.*s", STR_ARG(seen), STR_ARG(row->role));
		json_push(list, json_str(v->a, arena_printf(v->a, "counter.role.%.*s",
		                                            STR_ARG(row->role))));
	}
	return json_array_done(list);
}

/* ---- the decision ---- */

static struct result put_decide(struct bar *b, struct json_object *o, struct err *err)
{
	struct visit *v = b->v;
	struct counter_desk *d = b->d;
	struct portal_draft holder = { .form = d->form, .procedure = d->p,
		.authority = app_org(v->app, d->c.org) };
	struct field_look look = { .v = v, .d = &holder, .item = FORM_NO_ITEM, .typed = d->typed,
		.errors = d->errors, .nerrors = d->nerrors };
	struct json_array *fields = json_array_new(v->a);
	for (size_t i = 0; b->may_decide && i < d->p->ndecide; i++) {
		struct form_field ff;
		TRY(form_decide_field(d->form, &d->p->decide[i], &ff, err));
		if (ff.asked)
			json_push(fields, field_context_of(&look, &ff));
	}
	json_put(o, STR("fields"), json_array_done(fields));
	return ok();
}

struct str counter_officer_name(struct visit *v, struct db *db, struct str id)
{
	struct officer who;
	struct err quiet = { 0 };
	if (id.n == 0 || is_err(officer_find(db, v->a, v->session.org, id, &who, &quiet)))
		return id;
	return who.title.n ? arena_printf(v->a, "%.*s %.*s", STR_ARG(who.title), STR_ARG(who.name))
	                   : who.name;
}

static void put_proposal(struct bar *b, struct db *db, struct json_object *o)
{
	struct visit *v = b->v;
	struct counter_desk *d = b->d;
	struct json_array *rows = json_array_new(v->a);
	for (size_t i = 0; d->c.decision && i < d->p->ndecide; i++) {
		const struct pack_field *field = &d->p->decide[i];
		struct str text = form_show(d->form, field, json_path(d->c.decision, field->id), v->lang);
		if (text.n == 0)
			continue;
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("decided_label"), field->label.t[v->lang]);
		json_put_str(x, STR("decided_value"), text);
		json_push(rows, json_object_done(x));
	}
	json_put(o, STR("proposal"), json_array_done(rows));
	json_put_bool(o, STR("has_proposal"), d->c.decision != NULL && d->c.decided_at == 0);
	json_put_bool(o, STR("has_decision"), d->c.decision != NULL && d->c.decided_at != 0);
	json_put_str(o, STR("reasons"), json_text(json_get(d->c.decision, STR("reasons"))));
	json_put_str(o, STR("proposed_by"), counter_officer_name(v, db, d->c.proposed_by));
}

/* ---- who is in charge ---- */

static struct result put_charge(struct bar *b, struct db *db, struct json_object *o,
                                struct err *err)
{
	const struct officer *all;
	size_t n;
	struct visit *v = b->v;
	struct json_array *list = json_array_new(v->a);
	TRY(officer_list(db, v->a, v->session.org, &all, &n, err));
	for (size_t i = 0; i < n; i++) {
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("officer"), all[i].id);
		json_put_str(x, STR("officer_name"), all[i].title.n
		             ? arena_printf(v->a, "%.*s（%.*s）", STR_ARG(all[i].name),
		                            STR_ARG(all[i].title)) : all[i].name);
		json_put_bool(x, STR("in_charge"), str_eq(all[i].id, b->d->c.assigned_to));
		json_push(list, json_object_done(x));
	}
	json_put(o, STR("officers"), json_array_done(list));
	json_put_str(o, STR("charge_id"), b->d->c.assigned_to);
	json_put_str(o, STR("charge"), counter_officer_name(v, db, b->d->c.assigned_to));
	json_put_bool(o, STR("charge_me"), str_eq(b->d->c.assigned_to, v->session.subject));
	json_put_str(o, STR("me"), v->session.subject);
	return ok();
}

/* ---- what has no place any more ---- */

static void push_lost(struct visit *v, struct json_array *list, struct str label,
                      struct str text)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("lost_label"), label);
	json_put_str(o, STR("lost_text"), text);
	json_push(list, json_object_done(o));
}

/* A colleague moved the case to where these boxes are not offered: what was
 * typed into them is shown as text, to be copied or to be let go. */
static void put_lost(struct bar *b, struct json_object *o)
{
	struct visit *v = b->v;
	struct counter_desk *d = b->d;
	struct json_array *list = json_array_new(v->a);
	struct str reasons = d->typed ? http_field_get(d->typed, STR("_reasons")) : STR("");
	for (size_t i = 0; d->typed && i < d->typed->n; i++) {
		const struct http_field *f = &d->typed->items[i];
		if (!b->may_return && f->value.n && str_starts(f->name, STR("comment.")))
			push_lost(v, list, text_get(v->app->texts, v->lang, STR("counter.lost.comment")),
			          f->value);
		for (size_t k = 0; !b->may_decide && f->value.n && k < d->p->ndecide; k++)
			if (str_eq(f->name, d->p->decide[k].id))
				push_lost(v, list, d->p->decide[k].label.t[v->lang], f->value);
	}
	if (!b->may_refuse && reasons.n)
		push_lost(v, list, text_get(v->app->texts, v->lang, STR("counter.refuse.reasons")),
		          reasons);
	const struct json *lost = json_array_done(list);
	json_put_bool(o, STR("has_lost"), json_len(lost) > 0);
	json_put(o, STR("lost"), lost);
	json_put_str(o, STR("reasons_typed"), reasons);
	json_put_str(o, STR("note_typed"), d->typed && d->done.n == 0
	             ? http_field_get(d->typed, STR("_note")) : STR(""));
}

struct result counter_put_actions(struct visit *v, struct counter_desk *d,
                                  struct json_object *o, struct err *err)
{
	struct bar b = { .v = v, .d = d, .buttons = json_array_new(v->a) };
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	push_actions(&b);
	json_put(o, STR("buttons"), json_array_done(b.buttons));
	json_put_bool(o, STR("may_return"), b.may_return);
	json_put_bool(o, STR("may_decide"), b.may_decide && d->p->ndecide > 0);
	json_put_bool(o, STR("may_approve"), b.may_approve);
	json_put_bool(o, STR("may_refuse"), b.may_refuse);
	json_put_bool(o, STR("blocked"), b.blocked);
	json_put_bool(o, STR("waiting"), b.n == 0 && !b.blocked && d->c.decided_at == 0);
	json_put(o, STR("awaited"), awaited(v, d));
	TRY(put_decide(&b, o, err));
	put_proposal(&b, db, o);
	put_lost(&b, o);
	return put_charge(&b, db, o, err);
}
