/* The history of an application, opinion notes included; and the list of its
 * neighbours in the queue. */
#include "web/counter.h"

#include "apply/flow.h"
#include "web/counter_words.h"
#include "web/show.h"

enum { SIDE_CASES = 15, NEAR_CASES = 200 };

/* ---- history ---- */

static struct str field_label(struct visit *v, const struct procedure *p, struct str path)
{
	for (size_t i = 0; i < p->npages; i++)
		for (size_t k = 0; k < p->pages[i].nfields; k++) {
			struct str group = p->pages[i].group, id = p->pages[i].fields[k].id;
			struct str full = group.n ? arena_printf(v->a, "%.*s.%.*s", STR_ARG(group), STR_ARG(id))
			                          : id;
			if (str_eq(full, path))
				return p->pages[i].fields[k].label.t[v->lang];
		}
	return path;
}

static void push_said(struct visit *v, struct json_array *list, struct str label,
                      struct str text)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("said_label"), label);
	json_put_str(o, STR("said_text"), text);
	json_push(list, json_object_done(o));
}

/* Behind a return stand comments, behind a proposal the decision's fields. */
static const struct json *event_details(struct visit *v, struct counter_desk *d,
                                        const struct case_event *e)
{
	struct json_array *list = json_array_new(v->a);
	const struct pack_action *row = flow_action(d->p, e->from_state, e->action);
	if (row && row->kind == FLOW_RETURN)
		for (size_t i = 0; i < json_len(e->detail); i++)
			push_said(v, list, field_label(v, d->p, e->detail->keys[i]),
			          json_text(&e->detail->items[i]));
	if (row && (row->kind == FLOW_PROPOSE || row->kind == FLOW_APPROVE))
		for (size_t i = 0; i < d->p->ndecide; i++) {
			const struct pack_field *field = &d->p->decide[i];
			struct str text = form_show(d->form, field, json_path(e->detail, field->id), v->lang);
			if (text.n)
				push_said(v, list, field->label.t[v->lang], text);
		}
	return json_array_done(list);
}

/* The procedure's own word for the step, or one of ours. */
static struct str event_label(struct visit *v, const struct counter_desk *d,
                              const struct case_event *e)
{
	const struct pack_action *row = flow_action(d->p, e->from_state, e->action);
	struct str key = arena_printf(v->a, "counter.event.%.*s", STR_ARG(e->action));
	if (text_has(v->app->texts, key))
		return text_get(v->app->texts, v->lang, key);
	return row ? row->label.t[v->lang] : e->action;
}

static struct str actor_of(struct visit *v, const struct case_event *e)
{
	if (e->actor_name.n)
		return e->actor_name;
	return str_eq(e->actor, STR("citizen"))
		? text_get(v->app->texts, v->lang, STR("counter.actor.citizen")) : e->actor;
}

struct result counter_put_history(struct visit *v, struct counter_desk *d,
                                  struct json_object *o, struct err *err)
{
	const struct case_event *events;
	size_t n;
	struct json_array *list = json_array_new(v->a);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(case_history(db, v->a, d->c.org, d->c.id, true, &events, &n, err));
	for (size_t i = n; i-- > 0;) { /* newest first */
		const struct case_event *e = &events[i];
		struct json_object *x = json_object_new(v->a);
		bool moved = !str_eq(e->from_state, e->to_state) && e->to_state.n;
		json_put_str(x, STR("when"), show_time(v, e->at));
		json_put_str(x, STR("what"), event_label(v, d, e));
		json_put_str(x, STR("by"), actor_of(v, e));
		json_put_str(x, STR("words"), str_eq(e->action, STR("assign"))
		             ? counter_officer_name(v, db, e->text) : e->text);
		json_put_bool(x, STR("internal"), e->internal);
		json_put_str(x, STR("to"), moved ? counter_state(v, d->p, e->to_state) : STR(""));
		json_put(x, STR("details"), event_details(v, d, e));
		json_push(list, json_object_done(x));
	}
	json_put(o, STR("history"), json_array_done(list));
	return ok();
}

/* ---- neighbours ---- */

/* Where the case stood in the queue before it was moved: behind "at". */
static int64_t key_of(struct visit *v, const struct counter_desk *d)
{
	struct http_fields f;
	struct err quiet = { 0 };
	int64_t at;
	if (is_ok(http_query_fields(v->q, &f, &quiet)) &&
	    str_to_i64(http_field_get(&f, STR("at")), &at) && at >= 0)
		return at;
	return d->c.due_at;
}

static struct result put_next(struct visit *v, struct db *db, const struct counter_desk *d,
                              int64_t due, struct json_object *o, struct err *err)
{
	const struct apply_case *list;
	size_t n;
	struct counter_filter behind = d->filter;
	behind.paged = true;
	behind.after_due = due;
	behind.after_id = d->c.id;
	TRY(counter_filter_list(v, db, &behind, 1, &list, &n, err));
	if (n)
		json_put_str(o, STR("next_href"), counter_case_href(v, list[0].id, &d->filter));
	return ok();
}

/* The page of the queue the officer came from, around this case. */
struct result counter_put_side(struct visit *v, struct counter_desk *d, struct json_object *o,
                               struct err *err)
{
	const struct apply_case *list;
	size_t n, at = 0;
	int64_t due = key_of(v, d);
	struct json_array *side = json_array_new(v->a);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(counter_filter_list(v, db, &d->filter, NEAR_CASES, &list, &n, err));
	while (at < n && counter_key_cmp(list[at].due_at, list[at].id, due, d->c.id) < 0)
		at++;
	if (at > 0)
		json_put_str(o, STR("prev_href"), counter_case_href(v, list[at - 1].id, &d->filter));
	TRY(put_next(v, db, d, due, o, err));
	size_t first = at > SIDE_CASES / 2 ? at - SIDE_CASES / 2 : 0;
	for (size_t i = first; i < n && i < first + SIDE_CASES; i++) {
		struct json_object *x = counter_card(v, d->packs, &list[i], &d->filter);
		json_put_bool(x, STR("here"), str_eq(list[i].id, d->c.id));
		json_push(side, json_object_done(x));
	}
	json_put(o, STR("side"), json_array_done(side));
	return ok();
}
