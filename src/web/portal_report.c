/* 内容が違うとき: which fact of which record, and what is right. Goes to the
 * office that holds it; nothing changes until the office has looked (個人情報の
 * 保護に関する法律 第九十条). */
#include "base/text.h"
#include "notice/notice.h"
#include "record/report.h"
#include "store/journal.h"
#include "web/portal_data.h"
#include "web/show.h"

struct wrong {
	struct visit *v;
	struct pack_set *packs;
	const struct org *org;
	struct str code;             /* hers there */
	const struct record *record;
	const struct dataset *set;
	struct str item, text;       /* as typed; item "*": the whole record */
};

static const struct dataset_item *find_item(const struct wrong *w)
{
	const struct dataset_item *item = dataset_item(w->set, w->item);
	return item && !item->hidden ? item : NULL;
}

/* Only what is held about her can be wrong. */
static struct result find_record(struct wrong *w, const struct http_fields *f, struct err *err)
{
	const struct org *const *cities;
	const struct record *list;
	size_t n = app_cities(w->v->app, w->v->a, &cities), nrecords;
	struct str id = http_field_get(f, STR("dataset"));
	w->org = NULL;
	for (size_t i = 0; i < n; i++)
		if (str_eq(cities[i]->id, http_field_get(f, STR("org"))))
			w->org = cities[i];
	w->set = pack_dataset(w->packs, id);
	if (!w->org || !w->set)
		return fail(err, ERR_NOT_FOUND, "record.report.nothing", NULL, "no such record");
	TRY(data_load(w->v, w->org->id, &w->code, &list, &nrecords, err));
	for (size_t i = 0; i < nrecords && !w->record; i++)
		if (str_eq(list[i].dataset, id))
			w->record = &list[i];
	if (!w->record)
		return fail(err, ERR_NOT_FOUND, "record.report.nothing", NULL,
		            "nothing of %.*s is held about her", STR_ARG(id));
	return ok();
}

/* ---- the question ---- */

static const struct json *mistake(struct visit *v, const char *anchor, const char *key)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("anchor"), str_c(anchor));
	json_put_str(o, STR("message_html"), text_html(v->a, show_row(v, key)));
	return json_object_done(o);
}

/* What is wrong with what was typed; NULL when nothing is. */
static const struct json *mistakes(const struct wrong *w, struct json_object *o)
{
	struct visit *v = w->v;
	struct json_array *list = json_array_new(v->a);
	bool item = str_eq(w->item, STR("*")) || find_item(w);
	bool text = w->text.n && text_fits(w->text, RECORD_REPORT_TEXT_MAX) &&
	            !text_has_control_line(w->text);
	if (!item)
		json_push(list, mistake(v, "item", "report.error.item"));
	if (!text)
		json_push(list, mistake(v, "text", w->text.n ? "report.error.text"
		                                             : "report.error.empty"));
	if (item && text)
		return NULL;
	json_put_bool(o, STR("bad_item"), !item);
	json_put_bool(o, STR("bad_text"), !text);
	json_put_bool(o, STR("no_text"), w->text.n == 0);
	struct json_object *e = json_object_new(v->a);
	json_put(e, STR("list"), json_array_done(list));
	return json_object_done(e);
}

static const struct json *choices(const struct wrong *w)
{
	struct visit *v = w->v;
	const struct json *rows = data_rows(v, w->packs, w->set, w->record);
	struct json_array *out = json_array_new(v->a);
	for (size_t i = 0; i < json_len(rows); i++) {
		struct json_object *o = json_object_from(v->a, json_at(rows, i));
		json_put_bool(o, STR("checked"),
		              str_eq(json_text(json_get(json_at(rows, i), STR("item"))), w->item));
		json_push(out, json_object_done(o));
	}
	return json_array_done(out);
}

static struct result ask(struct wrong *w, const struct json *errors, struct json_object *o,
                         struct err *err)
{
	struct visit *v = w->v;
	json_put_str(o, STR("title_key"), STR("report.title"));
	if (errors)
		json_put(o, STR("errors"), errors);
	json_put_str(o, STR("city"), w->org->name.t[v->lang]);
	json_put_str(o, STR("org_id"), w->org->id);
	json_put_str(o, STR("dataset_id"), w->set->id);
	json_put_str(o, STR("dataset_title"), w->set->title.t[v->lang]);
	json_put(o, STR("choices"), choices(w));
	json_put_bool(o, STR("whole"), str_eq(w->item, STR("*")));
	json_put_str(o, STR("typed"), w->text);
	json_put_int(o, STR("limit"), RECORD_REPORT_TEXT_MAX);
	json_put_bool(o, STR("asking"), true);
	return visit_page(v, errors ? 422 : 200, STR("portal/report"), o, err);
}

/* After it was sent, and for a link that names no record. */
static struct result other_page(struct visit *v, bool sent, struct err *err)
{
	struct json_object *o = json_object_new(v->a);
	json_put_str(o, STR("title_key"), sent ? STR("report.sent") : STR("report.title"));
	json_put_bool(o, STR("sent"), sent);
	json_put_bool(o, STR("choose"), !sent);
	return visit_page(v, 200, STR("portal/report"), o, err);
}

struct result portal_report(struct visit *v, struct err *err)
{
	struct http_fields f;
	PACKS_AUTO packs = app_packs(v->app);
	struct wrong w = { .v = v, .packs = packs };
	TRY(http_query_fields(v->q, &f, err));
	if (http_field_get(&f, STR("sent")).n || !http_field_get(&f, STR("dataset")).n)
		return other_page(v, http_field_get(&f, STR("sent")).n > 0, err);
	TRY(find_record(&w, &f, err));
	w.item = http_field_get(&f, STR("item"));
	TRY(visit_journal(v, w.org->id, w.code, w.set->id, STR("登録内容の誤りの連絡"), err));
	return ask(&w, NULL, json_object_new(v->a), err);
}

/* ---- the report ---- */

static struct result tell_her(struct db *tx, const struct wrong *w, struct err *err)
{
	struct visit *v = w->v;
	struct notice n = { .from_org = w->org->id, .at = v->now, .link = STR("/my-data") };
	for (int i = 0; i < LANG_COUNT; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("dataset"), w->set->title.t[i]);
		n.text[i] = show_text_in(v, (enum lang)i, STR("report.notice"),
		                         json_object_done(o));
	}
	return notice_put(tx, v->a, v->session.org, v->session.subject, &n, err);
}

static struct result send(const struct wrong *w, struct err *err)
{
	struct visit *v = w->v;
	struct str id;
	bool whole = str_eq(w->item, STR("*"));
	struct record_report r = { .subject = w->code, .dataset = w->set->id,
		.item = whole ? STR("") : w->item, .text = w->text, .at = v->now };
	struct json_object *detail = json_object_new(v->a);
	json_put_str(detail, STR("dataset"), r.dataset);
	json_put_str(detail, STR("item"), r.item);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(record_report_put(tx, v->a, w->org->id, &r, &id, err));
	TRY(tell_her(tx, w, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = w->org->id, .subject = w->code,
		.event = STR("record.report"), .actor = STR("citizen"), .object = id,
		.purpose = STR("登録内容の誤りの連絡"), .detail = json_object_done(detail),
		.body = r.text }, err));
	return store_commit(&tx, err);
}

struct result portal_report_post(struct visit *v, struct err *err)
{
	struct http_fields f;
	PACKS_AUTO packs = app_packs(v->app);
	struct wrong w = { .v = v, .packs = packs };
	struct json_object *o = json_object_new(v->a);
	TRY(visit_form(v, &f, err));
	TRY(find_record(&w, &f, err));
	w.item = http_field_get(&f, STR("item"));
	w.text = text_trim(text_lines(v->a, http_field_get(&f, STR("text"))));
	const struct json *errors = mistakes(&w, o);
	if (errors)
		return ask(&w, errors, o, err);
	TRY(send(&w, err));
	visit_redirect(v, STR("/report?sent=1"));
	return ok();
}
