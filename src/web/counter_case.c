/* One application as the officer has it: opened, and put together as a page.
 * The parts of the page are in files of their own (counter_answers.c,
 * counter_register.c, counter_history.c, counter_actions.c). */
#include "web/counter.h"

#include "base/check_digit.h"
#include "base/clock.h"
#include "store/journal.h"
#include "web/counter_words.h"
#include "web/portal_field.h"
#include "web/protect.h"
#include "web/show.h"

void counter_close(struct counter_desk *d)
{
	pack_unref(d->packs);
	d->packs = NULL;
}

/* ---- opening ---- */

static struct result load(struct visit *v, struct counter_desk *d, struct err *err)
{
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(case_load(db, v->a, v->session.org, v->q->param[1], &d->c, err));
	TRY(attach_list(db, v->a, d->c.org, d->c.id, &d->att, &d->natt, err));
	TRY(protect_asked(db, v->a, &d->c, &d->is_protected, err));
	d->p = pack_procedure_version(d->packs, d->c.procedure, d->c.version);
	if (!d->p)
		return fail(err, ERR_UNAVAILABLE, "counter.procedure.gone", NULL,
		            "procedure %.*s %.*s is not among the packs", STR_ARG(d->c.procedure),
		            STR_ARG(d->c.version));
	if (d->is_protected)
		protect_facts(v->a, d->p, &d->c);
	return case_form(v->a, &d->c, d->p, v->now, &d->form, err);
}

struct result counter_open(struct visit *v, struct counter_desk *ret, struct err *err)
{
	DESK_AUTO d = { .packs = app_packs(v->app), .who = counter_who(v) };
	TRY(counter_filter_read(v, &d.filter, err));
	TRY(load(v, &d, err));
	*ret = d;
	d.packs = NULL;
	return ok();
}

/* ---- the page ---- */

static void put_head(struct visit *v, struct counter_desk *d, struct json_object *o)
{
	const struct apply_case *c = &d->c;
	struct counter_due due = counter_due_of(c->due_at, v->now);
	json_put_str(o, STR("receipt"), receipt_show(v->a, c->receipt));
	json_put_str(o, STR("procedure"), d->p->title.t[v->lang]);
	json_put_str(o, STR("applicant"), c->applicant_name);
	json_put_str(o, STR("state_name"), counter_state(v, d->p, c->state));
	json_put_str(o, STR("received"), show_time(v, c->submitted_at));
	json_put_str(o, STR("decided"), show_time(v, c->decided_at));
	json_put_bool(o, STR("ended"), c->decided_at != 0);
	json_put_str(o, STR("due"), counter_due_text(v, c->due_at));
	json_put_str(o, STR("due_day"), show_day(v, c->due_at));
	json_put_bool(o, STR("has_due"), due.kind != DUE_NONE);
	json_put_str(o, STR("due_class"), str_c(counter_due_class(v, c->due_at)));
	json_put_bool(o, STR("is_protected"), d->is_protected);
	json_put_str(o, STR("resident_href"), arena_printf(v->a, "%.*s/residents/%.*s",
	             STR_ARG(counter_base(v)), STR_ARG(c->subject)));
}

/* Paths of this case's forms carry the filters, so that they stay. */
static void put_paths(struct visit *v, struct counter_desk *d, struct json_object *o)
{
	static const char *const verbs[] = { "act", "note", "assign" };
	struct str query = counter_filter_query(v, &d->filter);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		json_put_str(o, arena_printf(v->a, "%s_path", verbs[i]),
		             arena_printf(v->a, "%.*s/cases/%.*s/%s%s%.*s", STR_ARG(counter_base(v)),
		                          STR_ARG(d->c.id), verbs[i], query.n ? "?" : "",
		                          STR_ARG(query)));
	json_put_str(o, STR("queue_href"), arena_printf(v->a, "%.*s%s%.*s",
	             STR_ARG(counter_base(v)), query.n ? "?" : "", STR_ARG(query)));
	json_put_str(o, STR("self"), counter_case_href(v, d->c.id, &d->filter));
	json_put_int(o, STR("rev"), d->c.rev);
}

/* What happened just now: said once, by the query of the redirect. */
static struct result put_done(struct visit *v, struct counter_desk *d, struct json_object *o,
                              struct err *err)
{
	struct http_fields f;
	TRY(http_query_fields(v->q, &f, err));
	struct str done = v->q->method == HTTP_GET ? http_field_get(&f, STR("done")) : d->done;
	struct str key = arena_printf(v->a, "counter.done.%.*s", STR_ARG(done));
	if (done.n && text_has(v->app->texts, key))
		json_put_str(o, STR("done_key"), key);
	json_put_bool(o, STR("stale"), d->stale);
	return ok();
}

static void put_problem(struct visit *v, struct counter_desk *d, struct json_object *o)
{
	const struct json *list = field_error_summary(v, d->errors, d->nerrors);
	if (d->problem.n) {
		struct json_object *x = json_object_new(v->a), *all = json_object_new(v->a);
		struct json_array *one = json_array_new(v->a);
		json_put_str(x, STR("anchor"), STR("decide"));
		json_put_str(x, STR("message_html"),
		             text_html(v->a, text_get(v->app->texts, v->lang, d->problem)));
		json_push(one, json_object_done(x));
		json_put(all, STR("list"), json_array_done(one));
		list = json_object_done(all);
	}
	if (list)
		json_put(o, STR("errors"), list);
}

struct result counter_case_page(struct visit *v, struct counter_desk *d, int status,
                                struct err *err)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), STR("counter.case.title"));
	TRY(counter_put_frame(v, o, "queue", err));
	put_head(v, d, o);
	put_paths(v, d, o);
	put_problem(v, d, o);
	TRY(put_done(v, d, o, err));
	TRY(counter_put_answers(v, d, o, err));
	TRY(counter_put_register(v, d, o, err));
	TRY(counter_put_signature(v, d, o, err));
	TRY(counter_put_letters(v, d, o, err));
	TRY(counter_put_history(v, d, o, err));
	TRY(counter_put_actions(v, d, o, err));
	TRY(counter_put_side(v, d, o, err));
	TRY(visit_journal(v, d->c.org, d->c.subject, d->c.id, d->p->affair, err));
	return visit_page(v, status, STR("counter/case"), o, err);
}

struct result counter_case(struct visit *v, struct err *err)
{
	DESK_AUTO d = { 0 };
	TRY(counter_open(v, &d, err));
	return counter_case_page(v, &d, 200, err);
}

/* Each look at a file is an entry of its own: its address may be kept and opened
 * long after the page that showed it. */
enum { FILE_ENTRIES = 200 };

/* Looked at by her within the hour: pictures of a page that is opened again add
 * nothing to what the log says. What is not found among the newest is written. */
static struct result seen_lately(struct visit *v, struct db *db, const struct apply_case *c,
                                 struct str actor, struct str file, bool *ret, struct err *err)
{
	const struct journal_row *rows;
	size_t n;
	*ret = false;
	TRY(journal_of_subject(db, v->a, c->org, c->subject, 0, FILE_ENTRIES, &rows, &n, err));
	for (size_t i = 0; i < n && rows[i].at > v->now - CLOCK_HOUR; i++)
		*ret |= str_eq(rows[i].event, STR("case.file")) && str_eq(rows[i].actor, actor) &&
		        str_eq(rows[i].object, c->id) &&
		        str_eq(json_text(json_get(rows[i].detail, STR("file"))), file);
	return ok();
}

static struct result journal_file(struct visit *v, const struct apply_case *c,
                                  const struct procedure *p, struct str file, struct err *err)
{
	bool seen;
	struct str actor = arena_printf(v->a, "officer:%.*s:%.*s", STR_ARG(v->session.org),
	                                STR_ARG(v->session.subject));
	struct json_object *detail = json_object_new(v->a);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(seen_lately(v, db, c, actor, file, &seen, err));
	store_reader_done(&db);
	if (seen)
		return ok();
	json_put_str(detail, STR("file"), file);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = c->org, .subject = c->subject,
		.event = STR("case.file"), .actor = actor, .object = c->id,
		.purpose = p ? p->affair : STR(""), .detail = json_object_done(detail) }, err));
	return store_commit(&tx, err);
}

struct result counter_file(struct visit *v, struct err *err)
{
	struct attachment t;
	struct str bytes;
	struct apply_case c;
	PACKS_AUTO packs = app_packs(v->app);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(case_load(db, v->a, v->session.org, v->q->param[1], &c, err));
	TRY(attach_read(db, v->a, &v->app->data_key, c.org, c.id, v->q->param[2], &t, &bytes, err));
	store_reader_done(&db);
	const struct procedure *p = pack_procedure_version(packs, c.procedure, c.version);
	TRY(journal_file(v, &c, p, v->q->param[2], err));
	visit_file(v, sniff_mime(t.kind), t.name, bytes);
	return ok();
}
