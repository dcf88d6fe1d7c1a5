/* What citizens say is wrong in the data the city holds: a list to work off,
 * each closed with an answer that its citizen reads. The fact itself is changed
 * in its register, not here. */
#include "web/counter.h"

#include "notice/notice.h"
#include "record/record.h"
#include "record/report.h"
#include "store/journal.h"
#include "web/show.h"

static struct str item_label(const struct visit *v, const struct pack_set *packs,
                             const struct record_report *r)
{
	const struct dataset_item *item = dataset_item(pack_dataset(packs, r->dataset), r->item);
	return item ? item->label.t[v->lang] : r->item;
}

/* An answer that was refused, shown again at its report. */
struct typed {
	struct str id, answer;
};

static struct result push_report(struct visit *v, struct db *db, const struct pack_set *packs,
                                 const struct record_report *r, const struct typed *typed,
                                 struct json_array *list, struct err *err)
{
	bool bad = str_eq(typed->id, r->id);
	const struct record *basic;
	struct json_object *o = json_object_new(v->a);
	TRY(record_current(db, v->a, v->session.org, r->subject, STR("resident.basic"), STR(""),
	                   &basic, err));
	json_put_str(o, STR("reporter"), basic ? json_text(json_get(basic->body, STR("name")))
	                                       : STR(""));
	json_put_str(o, STR("person_href"), arena_printf(v->a, "%.*s/residents/%.*s",
	             STR_ARG(counter_base(v)), STR_ARG(r->subject)));
	json_put_str(o, STR("dataset"), counter_dataset_title(v, packs, r->dataset));
	json_put_str(o, STR("item"), item_label(v, packs, r));
	json_put_str(o, STR("words"), r->text);
	json_put_str(o, STR("when"), show_time(v, r->at));
	json_put_str(o, STR("done_on"), show_time(v, r->done_at));
	json_put_str(o, STR("answered"), r->answer);
	json_put_bool(o, STR("bad"), bad);
	json_put_str(o, STR("typed"), bad ? typed->answer : STR(""));
	json_put_str(o, STR("report_id"), r->id);
	json_put_str(o, STR("done_path"), arena_printf(v->a, "%.*s/reports/%.*s/done",
	             STR_ARG(counter_base(v)), STR_ARG(r->id)));
	json_push(list, json_object_done(o));
	return ok();
}

static struct journal_entry entry_of(struct visit *v, const struct record_report *r,
                                     const char *event)
{
	/* The purpose is read by the citizen, so it is not in the officer's language. */
	return (struct journal_entry){ .org = v->session.org, .subject = r->subject,
		.event = str_c(event), .object = r->id,
		.actor = arena_printf(v->a, "officer:%.*s:%.*s", STR_ARG(v->session.org),
		                      STR_ARG(v->session.subject)),
		.purpose = text_plain(v->a, text_get(v->app->texts, LANG_JA,
		                                     STR("counter.reports.purpose"))) };
}

static struct result note_views(struct visit *v, const struct record_report *reports, size_t n,
                                struct err *err)
{
	STORE_TX_AUTO tx = NULL;
	if (n == 0)
		return ok();
	TRY(store_begin(v->app->store, &tx, err));
	for (size_t i = 0; i < n; i++) {
		struct journal_entry e = entry_of(v, &reports[i], v->route->event);
		TRY(journal_add(tx, &e, err));
	}
	return store_commit(&tx, err);
}

/* The mistake in the answer that came back. */
static void put_mistake(struct visit *v, const struct typed *typed, struct json_object *o)
{
	struct json_object *x = json_object_new(v->a), *all = json_object_new(v->a);
	struct json_array *one = json_array_new(v->a);
	json_put_str(x, STR("anchor"), arena_printf(v->a, "answer-%.*s", STR_ARG(typed->id)));
	json_put_str(x, STR("message_html"), text_html(v->a, show_row(v, "counter.reports.wrong")));
	json_push(one, json_object_done(x));
	json_put(all, STR("list"), json_array_done(one));
	json_put(o, STR("errors"), json_object_done(all));
}

static struct result reports_page(struct visit *v, const struct typed *typed, struct err *err)
{
	const struct record_report *reports;
	size_t n;
	PACKS_AUTO packs = app_packs(v->app);
	struct json_object *o = json_object_new(v->a);
	struct json_array *list = json_array_new(v->a);
	TRY(counter_put_frame(v, o, "reports", err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(record_report_list(db, v->a, v->session.org, STR(""), &reports, &n, err));
	for (size_t i = 0; i < n; i++)
		TRY(push_report(v, db, packs, &reports[i], typed, list, err));
	store_reader_done(&db);
	json_put_str(o, STR("title_key"), STR("counter.reports.title"));
	json_put_int(o, STR("limit"), RECORD_REPORT_TEXT_MAX);
	json_put(o, STR("reports"), json_array_done(list));
	if (typed->id.n)
		put_mistake(v, typed, o);
	TRY(note_views(v, reports, n, err));
	return visit_page(v, typed->id.n ? 422 : 200, STR("counter/reports"), o, err);
}

struct result counter_reports(struct visit *v, struct err *err)
{
	return reports_page(v, &(struct typed){ 0 }, err);
}

static struct result find_report(struct visit *v, struct record_report *ret, struct err *err)
{
	const struct record_report *reports;
	size_t n;
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(record_report_list(db, v->a, v->session.org, STR(""), &reports, &n, err));
	for (size_t i = 0; i < n; i++)
		if (str_eq(reports[i].id, v->q->param[1])) {
			*ret = reports[i];
			return ok();
		}
	return fail(err, ERR_NOT_FOUND, "record.report.none", NULL, "no such report here");
}

static struct result tell_her(struct visit *v, struct db *tx, const struct record_report *r,
                              struct str her, struct err *err)
{
	PACKS_AUTO packs = app_packs(v->app);
	const struct dataset *set = pack_dataset(packs, r->dataset);
	const struct org *org = app_org(v->app, v->session.org);
	struct notice n = { .from_org = v->session.org, .at = v->now, .link = STR("/my-data#reports") };
	for (int i = 0; i < LANG_COUNT; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("dataset"), set ? set->title.t[i] : r->dataset);
		json_put_str(o, STR("org"), org->name.t[i]);
		n.text[i] = show_text_in(v, (enum lang)i, STR("report.answered"), json_object_done(o));
	}
	return notice_put(tx, v->a, v->app->portal, her, &n, err);
}

static struct result close_report(struct visit *v, const struct record_report *r,
                                  struct str answer, struct err *err)
{
	bool first;
	struct str her;
	struct journal_entry e = entry_of(v, r, v->route->event);
	TRY(code_convert(v->app->codes, v->a, v->session.org, r->subject, v->app->portal, &her, err));
	e.body = answer;
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(record_report_done(tx, v->a, v->session.org, r->id, answer, v->now, &first, err));
	if (first) {
		TRY(tell_her(v, tx, r, her, err));
		TRY(journal_add(tx, &e, err));
	}
	return store_commit(&tx, err);
}

struct result counter_report_done(struct visit *v, struct err *err)
{
	struct record_report r;
	struct http_fields f;
	TRY(visit_form(v, &f, err));
	TRY(find_report(v, &r, err));
	struct typed typed = { r.id, http_field_get(&f, STR("answer")) };
	struct result closed = close_report(v, &r, typed.answer, err);
	if (closed.kind == ERR_INPUT)
		return reports_page(v, &typed, err);
	TRY(closed);
	visit_redirect(v, arena_printf(v->a, "%.*s/reports", STR_ARG(counter_base(v))));
	return ok();
}
