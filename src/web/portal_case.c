/* The page of one application: where it stands and who has it, what the office
 * asks for, what came of it, what was submitted; correcting and withdrawing.
 * Notes of the office (internal events) are never read here. */
#include "web/portal_case.h"

#include "apply/flow.h"
#include "base/check_digit.h"
#include "web/answers.h"
#include "web/protect.h"
#include "web/show.h"

/* ---- where it stands ---- */

static bool leads_to(const struct procedure *p, struct str state, enum flow_kind kind)
{
	for (size_t i = 0; i < p->nactions; i++)
		if (p->actions[i].kind == kind && str_eq(p->actions[i].to, state))
			return true;
	return false;
}

static enum case_stand stand_of(const struct case_view *x)
{
	if (!x->state)
		return x->c->decided_at ? CASE_GRANTED : CASE_RUNNING;
	if (!x->state->final)
		return flow_of_kind(x->p, x->state->id, FLOW_RESUBMIT) ? CASE_RETURNED : CASE_RUNNING;
	if (leads_to(x->p, x->state->id, FLOW_WITHDRAW))
		return CASE_WITHDRAWN;
	return leads_to(x->p, x->state->id, FLOW_REFUSE) ? CASE_REFUSED : CASE_GRANTED;
}

struct case_view case_view_of(const struct pack_set *packs, const struct apply_case *c)
{
	struct case_view x = { .c = c,
		.p = pack_procedure_version(packs, c->procedure, c->version) };
	x.state = x.p ? flow_state(x.p, c->state) : NULL;
	x.stand = stand_of(&x);
	return x;
}

static const struct { const char *key, *tag_class; } tags[] = {
	[CASE_RUNNING] = { "mine.tag.running", "run" },
	[CASE_RETURNED] = { "mine.tag.returned", "warn" },
	[CASE_GRANTED] = { "mine.tag.granted", "good" },
	[CASE_REFUSED] = { "mine.tag.refused", "bad" },
	[CASE_WITHDRAWN] = { "mine.tag.withdrawn", "plain" },
};

static void put_until(struct visit *v, const struct case_view *x, struct json_object *o)
{
	bool late = case_is_open(x) && x->c->due_at && x->c->due_at < v->now;
	json_put_str(o, STR("until"), case_is_open(x) && !late ? show_day(v, x->c->due_at) : STR(""));
	json_put_bool(o, STR("late"), late && x->stand == CASE_RUNNING);
}

struct json_object *case_card(struct visit *v, const struct case_view *x)
{
	struct json_object *o = json_object_new(v->a);
	const struct org *org = app_org(v->app, x->c->org);
	json_put_str(o, STR("case_title"), x->p ? x->p->title.t[v->lang] : x->c->procedure);
	json_put_str(o, STR("org"), show_org(v, x->c->org));
	json_put_str(o, STR("office"), x->p && x->p->office.t[v->lang].n ? x->p->office.t[v->lang]
	                               : org ? org->office : STR(""));
	json_put_str(o, STR("receipt"), receipt_show(v->a, x->c->receipt));
	json_put_str(o, STR("href"), arena_printf(v->a, "/applications/%.*s", STR_ARG(x->c->id)));
	json_put_str(o, STR("tag_key"), str_c(tags[x->stand].key));
	json_put_str(o, STR("tag_class"), str_c(tags[x->stand].tag_class));
	json_put_str(o, STR("state"), x->state ? x->state->citizen.t[v->lang] : x->c->state);
	json_put_str(o, STR("submitted"), show_day(v, x->c->submitted_at));
	json_put_str(o, STR("decided"), show_day(v, x->c->decided_at));
	put_until(v, x, o);
	return o;
}

/* ---- what was submitted ---- */

struct case_page {
	struct visit *v;
	struct case_view x;
	struct form *form;              /* NULL when the procedure is not published */
	bool is_protected;              /* 支援措置対象者, as of now */
	const struct attachment *att;
	size_t natt;
	const struct letter_kept *letters;
	size_t nletters;
	const struct case_event *events;
	size_t nevents;
};

static struct json_array *files_of(const void *ctx, const struct answer_place *at)
{
	const struct case_page *k = ctx;
	struct visit *v = k->v;
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < k->natt; i++)
		if (at->ff->field->type == FIELD_FILE && str_eq(k->att[i].field, at->ff->field->id))
			json_push(list, answers_file(v, k->att[i].name, k->att[i].kind, k->att[i].size,
			          arena_printf(v->a, "/applications/%.*s/files/%.*s",
			                       STR_ARG(k->x.c->id), STR_ARG(k->att[i].id))));
	return list;
}

static struct str masked(const void *ctx, const struct answer_place *at)
{
	const struct case_page *k = ctx;
	return k->is_protected && protect_hides(at->ff->field) ? show_row(k->v, "data.masked")
	                                                       : STR("");
}

static struct result put_answers(const struct case_page *k, struct json_object *o,
                                 struct err *err)
{
	struct answers_reader r = { .v = k->v, .form = k->form, .ctx = k, .instead = masked,
		.files = files_of };
	return k->form ? answers_put(&r, o, err) : ok();
}

/* ---- what the office says ---- */

/* The question a comment is about; items of groups are named group.id. */
static const struct pack_field *field_by_path(const struct visit *v, const struct procedure *p,
                                              struct str id)
{
	for (size_t i = 0; p && i < p->npages; i++)
		for (size_t k = 0; k < p->pages[i].nfields; k++) {
			const struct pack_page *page = &p->pages[i];
			struct str path = page->group.n
				? arena_printf(v->a, "%.*s.%.*s", STR_ARG(page->group),
				               STR_ARG(page->fields[k].id)) : page->fields[k].id;
			if (str_eq(path, id))
				return &page->fields[k];
		}
	return NULL;
}

static void put_comments(const struct case_page *k, struct json_object *o)
{
	struct visit *v = k->v;
	const struct json *said = k->x.c->comments;
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; k->x.stand == CASE_RETURNED && said && i < said->n; i++) {
		const struct pack_field *field = field_by_path(v, k->x.p, said->keys[i]);
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("label"), field ? field->label.t[v->lang] : said->keys[i]);
		json_put_str(x, STR("comment"), json_text(&said->items[i]));
		json_push(list, json_object_done(x));
	}
	show_list(v, o, "comments", list);
}

static void push_result(const struct case_page *k, struct json_array *list, struct str label,
                        struct str answer)
{
	struct json_object *o = json_object_new(k->v->a);
	json_put_str(o, STR("label"), label);
	json_put_str(o, STR("answer"), answer);
	json_push(list, json_object_done(o));
}

/* What was decided, once it is; the reasons of a refusal. What was proposed and
 * then refused is nothing to show. */
static void put_decision(const struct case_page *k, struct json_object *o)
{
	struct visit *v = k->v;
	const struct apply_case *c = k->x.c;
	struct json_array *list = json_array_new(v->a);
	if (k->x.stand == CASE_REFUSED)
		push_result(k, list, show_row(v, "mine.reasons"),
		            json_text(json_get(c->decision, STR("reasons"))));
	for (size_t i = 0; k->form && k->x.stand == CASE_GRANTED && i < k->x.p->ndecide; i++) {
		const struct pack_field *field = &k->x.p->decide[i];
		struct str answer = form_show(k->form, field, json_path(c->decision, field->id), v->lang);
		if (answer.n)
			push_result(k, list, field->label.t[v->lang], answer);
	}
	show_list(v, o, "decision", list);
}

static void put_letters(const struct case_page *k, struct json_object *o)
{
	struct visit *v = k->v;
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < k->nletters; i++) {
		if (!str_eq(k->letters[i].case_id, k->x.c->id))
			continue;
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("letter_title"), k->letters[i].title);
		json_put_str(x, STR("letter_number"), k->letters[i].number);
		json_put_str(x, STR("letter_href"), arena_printf(v->a, "/letters/%.*s",
		             STR_ARG(k->letters[i].id)));
		json_put_str(x, STR("letter_day"), show_day(v, k->letters[i].at));
		json_push(list, json_object_done(x));
	}
	show_list(v, o, "letters", list);
}

/* ---- history ---- */

static struct str event_words(const struct case_page *k, const struct case_event *e)
{
	struct visit *v = k->v;
	const struct pack_state *to = k->x.p ? flow_state(k->x.p, e->to_state) : NULL;
	if (str_eq(e->action, STR("submit")))
		return show_row(v, "mine.event.submit");
	if (str_eq(e->action, STR("resubmit")))
		return show_row(v, "mine.event.resubmit");
	return to ? to->citizen.t[v->lang] : e->to_state;
}

/* Newest first. An officer is her organization here, not her name. */
static void put_history(const struct case_page *k, struct json_object *o)
{
	struct visit *v = k->v;
	struct json_array *list = json_array_new(v->a);
	for (size_t i = k->nevents; i > 0; i--) {
		const struct case_event *e = &k->events[i - 1];
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("event_at"), show_time(v, e->at));
		json_put_str(x, STR("event_words"), event_words(k, e));
		json_put_str(x, STR("event_by"), str_eq(e->actor, STR("citizen"))
		             ? show_row(v, "journal.you")
		             : show_org(v, k->x.c->org));
		json_push(list, json_object_done(x));
	}
	show_list(v, o, "history", list);
}

/* ---- the page ---- */

static struct result load(struct visit *v, struct db *db, struct apply_case *c,
                          struct case_page *k, struct err *err)
{
	TRY(case_load_of(db, v->a, v->session.org, v->session.subject, v->q->param[0], c, err));
	TRY(case_history(db, v->a, c->org, c->id, false, &k->events, &k->nevents, err));
	TRY(attach_list(db, v->a, c->org, c->id, &k->att, &k->natt, err));
	TRY(protect_asked(db, v->a, c, &k->is_protected, err));
	return letter_list_of(db, v->a, v->session.org, v->session.subject, &k->letters,
	                      &k->nletters, err);
}

static struct result put_asked(struct visit *v, const struct case_page *k,
                               struct json_object *o, struct err *err)
{
	struct http_fields f;
	const struct case_view *x = &k->x;
	TRY(http_query_fields(v->q, &f, err));
	bool may_withdraw = x->state && flow_of_kind(x->p, x->state->id, FLOW_WITHDRAW) != NULL;
	bool asked = http_field_get(&f, STR("withdraw")).n > 0;
	json_put_bool(o, STR("may_withdraw"), may_withdraw && !asked);
	json_put_bool(o, STR("ask_withdraw"), may_withdraw && asked);
	json_put_bool(o, STR("received"), http_field_get(&f, STR("received")).n > 0 &&
	              x->stand == CASE_RUNNING);
	return ok();
}

struct result portal_application(struct visit *v, struct err *err)
{
	struct apply_case c;
	struct case_page k = { .v = v };
	PACKS_AUTO packs = app_packs(v->app);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(load(v, db, &c, &k, err));
	store_reader_done(&db);
	k.x = case_view_of(packs, &c);
	if (k.x.p && k.is_protected)
		protect_facts(v->a, k.x.p, &c);
	/* As it was asked on the day it was sent. */
	if (k.x.p)
		TRY(case_form(v->a, &c, k.x.p, c.submitted_at, &k.form, err));
	struct json_object *o = case_card(v, &k.x);
	json_put_str(o, STR("title"), text_plain(v->a, k.x.p ? k.x.p->title.t[v->lang]
	                                                     : c.procedure));
	json_put_bool(o, STR("returned"), k.x.stand == CASE_RETURNED);
	json_put_bool(o, STR("refused"), k.x.stand == CASE_REFUSED);
	json_put_bool(o, STR("signed"), c.cms.n > 0);
	TRY(put_asked(v, &k, o, err));
	TRY(put_answers(&k, o, err));
	put_comments(&k, o);
	put_decision(&k, o);
	put_letters(&k, o);
	put_history(&k, o);
	return visit_page(v, 200, STR("portal/application"), o, err);
}

struct result portal_application_file(struct visit *v, struct err *err)
{
	struct apply_case c;
	struct attachment t;
	struct str bytes;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(case_load_of(db, v->a, v->session.org, v->session.subject, v->q->param[0], &c, err));
	TRY(attach_read(db, v->a, &v->app->data_key, c.org, c.id, v->q->param[1], &t, &bytes, err));
	visit_file(v, sniff_mime(t.kind), t.name, bytes);
	return ok();
}

/* ---- what she may do ---- */

static struct result load_hers(struct visit *v, struct apply_case *ret, struct err *err)
{
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	return case_load_of(db, v->a, v->session.org, v->session.subject, v->q->param[0], ret, err);
}

struct result portal_correct(struct visit *v, struct err *err)
{
	struct apply_case c;
	struct draft d;
	PACKS_AUTO packs = app_packs(v->app);
	TRY(load_hers(v, &c, err));
	struct case_view x = case_view_of(packs, &c);
	if (x.stand != CASE_RETURNED)
		return fail(err, ERR_CONFLICT, "apply.case.not_returned", NULL,
		            "state %.*s takes no correction", STR_ARG(c.state));
	TRY(case_correct(v->app->store, v->a, &c, v->now, &d, err));
	visit_redirect(v, arena_printf(v->a, "/drafts/%.*s", STR_ARG(d.id)));
	return ok();
}

struct result portal_withdraw(struct visit *v, struct err *err)
{
	struct apply_case c;
	PACKS_AUTO packs = app_packs(v->app);
	TRY(load_hers(v, &c, err));
	struct case_view x = case_view_of(packs, &c);
	if (!x.p)
		return fail(err, ERR_NOT_FOUND, "apply.procedure.gone", NULL,
		            "procedure %.*s %.*s is not published any more", STR_ARG(c.procedure),
		            STR_ARG(c.version));
	TRY(case_withdraw(v->app->store, v->a, &c, x.p, v->now, err));
	visit_redirect(v, arena_printf(v->a, "/applications/%.*s", STR_ARG(c.id)));
	return ok();
}
