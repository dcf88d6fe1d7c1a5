/* What citizens say is wrong in the data the city holds: a list to work off.
 * The fact itself is changed in its register, not here. */
#include "web/counter.h"

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

static struct result push_report(struct visit *v, struct db *db, const struct pack_set *packs,
                                 const struct record_report *r, struct json_array *list,
                                 struct err *err)
{
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

struct result counter_reports(struct visit *v, struct err *err)
{
	const struct record_report *reports;
	size_t n;
	PACKS_AUTO packs = app_packs(v->app);
	struct json_object *o = json_object_new(v->a);
	struct json_array *list = json_array_new(v->a);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(record_report_list(db, v->a, v->session.org, STR(""), &reports, &n, err));
	for (size_t i = 0; i < n; i++)
		TRY(push_report(v, db, packs, &reports[i], list, err));
	store_reader_done(&db);
	json_put_str(o, STR("title_key"), STR("counter.reports.title"));
	counter_put_frame(v, o, "reports");
	json_put(o, STR("reports"), json_array_done(list));
	TRY(note_views(v, reports, n, err));
	return visit_page(v, 200, STR("counter/reports"), o, err);
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

struct result counter_report_done(struct visit *v, struct err *err)
{
	struct record_report r;
	TRY(find_report(v, &r, err));
	struct journal_entry e = entry_of(v, &r, v->route->event);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(record_report_done(tx, v->session.org, r.id, v->now, err));
	TRY(journal_add(tx, &e, err));
	TRY(store_commit(&tx, err));
	visit_redirect(v, arena_printf(v->a, "%.*s/reports", STR_ARG(counter_base(v))));
	return ok();
}
