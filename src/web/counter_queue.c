/* The queue: what is waiting, by deadline, with filters that stay in the query
 * wherever the officer goes from here. */
#include "web/counter.h"

#include "base/check_digit.h"
#include "base/encode.h"
#include "base/map.h"
#include "web/counter_words.h"
#include "web/show.h"

enum { PAGE_CASES = 50, WORDS_MAX = 100 };

/* ---- filters ---- */

struct result counter_filter_read(struct visit *v, struct counter_filter *ret, struct err *err)
{
	struct http_fields f;
	struct counter_filter x = { 0 };
	TRY(http_query_fields(v->q, &f, err));
	x.state = http_field_get(&f, STR("state"));
	x.procedure = http_field_get(&f, STR("procedure"));
	x.words = str_trim(http_field_get(&f, STR("q")));
	x.mine = str_eq(http_field_get(&f, STR("mine")), STR("1"));
	x.overdue = str_eq(http_field_get(&f, STR("overdue")), STR("1"));
	x.paged = counter_key_parse(http_field_get(&f, STR("after")), &x.after_due, &x.after_id);
	if (x.words.n > WORDS_MAX)
		return fail(err, ERR_INPUT, "counter.words", NULL, "more than %d bytes to look for",
		            WORDS_MAX);
	*ret = x;
	return ok();
}

static void add_pair(struct visit *v, struct str *out, const char *name, struct str value)
{
	if (value.n)
		*out = arena_printf(v->a, "%.*s%s%s=%.*s", STR_ARG(*out), out->n ? "&" : "", name,
		                    STR_ARG(percent_encode(v->a, value)));
}

struct str counter_filter_query(struct visit *v, const struct counter_filter *f)
{
	struct str out = STR("");
	add_pair(v, &out, "state", f->state);
	add_pair(v, &out, "procedure", f->procedure);
	add_pair(v, &out, "q", f->words);
	add_pair(v, &out, "mine", f->mine ? STR("1") : STR(""));
	add_pair(v, &out, "overdue", f->overdue ? STR("1") : STR(""));
	if (f->paged)
		add_pair(v, &out, "after", counter_key_text(v->a, f->after_due, f->after_id));
	return out;
}

/* A receipt number is found as people write it, in groups and any width. */
static struct str words_of(struct visit *v, struct str typed)
{
	struct str receipt;
	return receipt_read(v->a, typed, &receipt) ? receipt : typed;
}

struct result counter_filter_list(struct visit *v, struct db *db,
                                  const struct counter_filter *f, size_t limit,
                                  const struct apply_case **ret, size_t *ret_n,
                                  struct err *err)
{
	struct case_filter x = { .state = f->state, .procedure = f->procedure,
		.words = words_of(v, f->words), .officer = f->mine ? v->session.subject : STR(""),
		.overdue = f->overdue, .limit = limit };
	if (f->paged) {
		x.after_due = f->after_due;
		x.after_id = f->after_id;
	}
	return case_queue(db, v->a, v->session.org, &x, v->now, ret, ret_n, err);
}

/* ---- one row ---- */

struct str counter_case_href(struct visit *v, struct str id, const struct counter_filter *f)
{
	struct str query = counter_filter_query(v, f);
	return arena_printf(v->a, "%.*s/cases/%.*s%s%.*s", STR_ARG(counter_base(v)), STR_ARG(id),
	                    query.n ? "?" : "", STR_ARG(query));
}

struct json_object *counter_card(struct visit *v, const struct pack_set *packs,
                                 const struct apply_case *c, const struct counter_filter *f)
{
	struct json_object *o = json_object_new(v->a);
	const struct procedure *p = pack_procedure_version(packs, c->procedure, c->version);
	struct counter_due due = counter_due_of(c->due_at, v->now);
	json_put_str(o, STR("href"), counter_case_href(v, c->id, f));
	json_put_str(o, STR("receipt"), receipt_show(v->a, c->receipt));
	json_put_str(o, STR("applicant"), c->applicant_name);
	json_put_str(o, STR("procedure"), show_procedure(v, packs, c->procedure, c->version));
	json_put_str(o, STR("state_name"), counter_state(v, p, c->state));
	json_put_str(o, STR("received"), show_day(v, c->submitted_at));
	json_put_str(o, STR("due"), counter_due_text(v, c->due_at));
	json_put_str(o, STR("due_day"), show_day(v, c->due_at));
	json_put_str(o, STR("due_class"), str_c(counter_due_class(v, c->due_at)));
	json_put_bool(o, STR("late"), due.kind == DUE_OVER && c->decided_at == 0);
	json_put_bool(o, STR("ended"), c->decided_at != 0);
	json_put_bool(o, STR("charge_me"), str_eq(c->assigned_to, v->session.subject));
	return o;
}

/* ---- counts ---- */

static struct str queue_href(struct visit *v, const struct counter_filter *f)
{
	struct str query = counter_filter_query(v, f);
	return arena_printf(v->a, "%.*s%s%.*s", STR_ARG(counter_base(v)), query.n ? "?" : "",
	                    STR_ARG(query));
}

static const struct json *state_row(struct visit *v, const struct procedure *p,
                                    const struct case_count *n, const struct counter_filter *f)
{
	struct json_object *o = json_object_new(v->a);
	struct counter_filter to = { .procedure = n->procedure, .state = n->state };
	json_put_str(o, STR("state_href"), queue_href(v, &to));
	json_put_str(o, STR("state_label"), counter_state(v, p, n->state));
	json_put_int(o, STR("open"), n->open);
	json_put_int(o, STR("late_count"), n->overdue);
	json_put_bool(o, STR("has_late"), n->overdue > 0);
	json_put_bool(o, STR("chosen"), str_eq(f->procedure, n->procedure) &&
	              str_eq(f->state, n->state));
	return json_object_done(o);
}

/* case_counts come ordered by procedure: each run is one group. */
static const struct json *count_groups(struct visit *v, const struct pack_set *packs,
                                       const struct case_count *counts, size_t n,
                                       const struct counter_filter *f)
{
	struct json_array *groups = json_array_new(v->a);
	for (size_t i = 0; i < n;) {
		struct str id = counts[i].procedure;
		const struct procedure *p = pack_procedure(packs, id, STR(""));
		struct counter_filter to = { .procedure = id };
		struct json_object *o = json_object_new(v->a);
		struct json_array *states = json_array_new(v->a);
		json_put_str(o, STR("group_title"), show_procedure(v, packs, id, STR("")));
		json_put_str(o, STR("group_href"), queue_href(v, &to));
		for (; i < n && str_eq(counts[i].procedure, id); i++)
			json_push(states, state_row(v, p, &counts[i], f));
		json_put(o, STR("states"), json_array_done(states));
		json_push(groups, json_object_done(o));
	}
	return json_array_done(groups);
}

static void put_totals(struct visit *v, struct json_object *o, const struct case_count *counts,
                       size_t n)
{
	int64_t open = 0, late = 0;
	struct counter_filter all = { 0 }, overdue = { .overdue = true }, mine = { .mine = true };
	for (size_t i = 0; i < n; i++) {
		open += counts[i].open;
		late += counts[i].overdue;
	}
	json_put_int(o, STR("total"), open);
	json_put_int(o, STR("total_late"), late);
	json_put_str(o, STR("all_href"), queue_href(v, &all));
	json_put_str(o, STR("late_href"), queue_href(v, &overdue));
	json_put_str(o, STR("mine_href"), queue_href(v, &mine));
}

/* ---- the page ---- */

static void push_choice(struct visit *v, struct json_array *list, struct str code,
                        struct str label, struct str chosen)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("code"), code);
	json_put_str(o, STR("label"), label);
	json_put_bool(o, STR("selected"), str_eq(code, chosen));
	json_push(list, json_object_done(o));
}

/* States of the chosen procedure, or of all that take applications; a state id
 * that two procedures share stands once. */
static const struct json *state_choices(struct visit *v, const struct pack_set *packs,
                                        const struct counter_filter *f)
{
	const struct procedure *const *all;
	size_t n = pack_procedures(packs, &all);
	struct json_array *list = json_array_new(v->a);
	struct map seen;
	map_init(&seen, v->a);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < all[i]->nstates; k++) {
			const struct pack_state *s = &all[i]->states[k];
			bool other = f->procedure.n && !str_eq(f->procedure, all[i]->id);
			if (!other && !s->final && map_put(&seen, s->id, v))
				push_choice(v, list, s->id, visit_plain(v, &s->label), f->state);
		}
	return json_array_done(list);
}

static const struct json *procedure_choices(struct visit *v, const struct pack_set *packs,
                                            const struct counter_filter *f)
{
	const struct procedure *const *all;
	size_t n = pack_procedures(packs, &all);
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++)
		if (all[i]->online)
			push_choice(v, list, all[i]->id, visit_plain(v, &all[i]->title), f->procedure);
	return json_array_done(list);
}

static void put_filter(struct visit *v, const struct pack_set *packs,
                       const struct counter_filter *f, struct json_object *o)
{
	json_put(o, STR("states_offered"), state_choices(v, packs, f));
	json_put(o, STR("procedures_offered"), procedure_choices(v, packs, f));
	json_put_bool(o, STR("closed"), str_eq(f->state, STR("closed")));
	json_put_str(o, STR("q"), f->words);
	json_put_bool(o, STR("mine"), f->mine);
	json_put_bool(o, STR("overdue"), f->overdue);
	json_put_bool(o, STR("filtered"), f->state.n || f->procedure.n || f->words.n || f->mine ||
	              f->overdue);
}

static struct str name_in(const struct officer *all, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i].id, id))
			return all[i].name;
	return id;
}

static struct result put_cases(struct visit *v, struct db *db, const struct pack_set *packs,
                               const struct counter_filter *f, struct json_object *o,
                               struct err *err)
{
	const struct apply_case *list;
	const struct officer *officers;
	size_t n, nofficers;
	struct json_array *rows = json_array_new(v->a);
	TRY(counter_filter_list(v, db, f, PAGE_CASES + 1, &list, &n, err));
	TRY(officer_list(db, v->a, v->session.org, &officers, &nofficers, err));
	bool more = n > PAGE_CASES;
	for (size_t i = 0; i < n && i < PAGE_CASES; i++) {
		struct json_object *card = counter_card(v, packs, &list[i], f);
		json_put_str(card, STR("charge"), name_in(officers, nofficers, list[i].assigned_to));
		json_push(rows, json_object_done(card));
	}
	json_put(o, STR("cases"), json_array_done(rows));
	json_put_bool(o, STR("has_cases"), n > 0);
	if (more) {
		struct counter_filter next = *f;
		next.paged = true;
		next.after_due = list[PAGE_CASES - 1].due_at;
		next.after_id = list[PAGE_CASES - 1].id;
		json_put_str(o, STR("more_href"), queue_href(v, &next));
	}
	if (f->paged) {
		struct counter_filter first = *f;
		first.paged = false;
		json_put_str(o, STR("first_href"), queue_href(v, &first));
	}
	return ok();
}

struct result counter_queue(struct visit *v, struct err *err)
{
	struct counter_filter f;
	const struct case_count *counts;
	size_t n;
	PACKS_AUTO packs = app_packs(v->app);
	struct json_object *o = json_object_new(v->a);
	TRY(counter_filter_read(v, &f, err));
	TRY(counter_put_frame(v, o, "queue", err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(case_counts(db, v->a, v->session.org, v->now, &counts, &n, err));
	json_put_str(o, STR("title_key"), STR("counter.queue.title"));
	put_totals(v, o, counts, n);
	put_filter(v, packs, &f, o);
	json_put(o, STR("groups"), count_groups(v, packs, counts, n, &f));
	TRY(put_cases(v, db, packs, &f, o, err));
	return visit_page(v, 200, STR("counter/queue"), o, err);
}
