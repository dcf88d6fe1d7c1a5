/* わたしの情報: everything the cities of this node hold about her, as they hold
 * it, with source and date. Reading it is itself an entry of the journal.
 * Masking of protected people's addresses happens where records are read; here
 * only the words for it are put in place. */
#include "web/portal_data.h"

#include "record/report.h"
#include "web/show.h"

struct str data_title(const struct visit *v, const struct dataset *set, struct str id)
{
	return set ? set->title.t[v->lang] : id;
}

struct result data_load(struct visit *v, struct str org, struct str *ret_code,
                        const struct record **ret, size_t *ret_n, struct err *err)
{
	struct str code;
	TRY(visit_code(v, org, &code, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(record_all(db, v->a, org, code, ret, ret_n, err));
	*ret_code = code;
	return ok();
}

/* ---- one record ---- */

/* Members carry the register's own codes: resident.basic says what they mean. */
static struct str member_item(struct visit *v, const struct pack_set *packs,
                              const struct json *who, const char *name)
{
	const struct dataset_item *item =
		dataset_item(pack_dataset(packs, STR("resident.basic")), str_c(name));
	const struct json *value = json_get(who, str_c(name));
	return item ? show_item(v, item, value) : text_quote(v->a, json_text(value));
}

/* People of the household: 名前（フリガナ）, and what the register says of each. */
static struct json_array *people(struct visit *v, const struct pack_set *packs,
                                 const struct json *list)
{
	struct json_array *out = json_array_new(v->a);
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *who = json_at(list, i);
		struct json_object *o = json_object_new(v->a);
		if (json_is(who, JSON_STRING)) {
			json_put_str(o, STR("person"), who->text);
		} else {
			json_put_str(o, STR("person"), json_text(json_get(who, STR("name"))));
			json_put_str(o, STR("kana"), json_text(json_get(who, STR("kana"))));
			json_put_str(o, STR("relation"), member_item(v, packs, who, "relation"));
			json_put_str(o, STR("sex"), member_item(v, packs, who, "sex"));
			json_put_str(o, STR("birth"), show_iso_day(v, json_text(json_get(who,
			             STR("birth")))));
		}
		json_push(out, json_object_done(o));
	}
	return out;
}

static bool is_where(struct str item)
{
	return str_find(item, STR("address")) != STR_NONE || str_eq(item, STR("postal"));
}

static const struct json *one_row(struct visit *v, const struct pack_set *packs,
                                  const struct dataset_item *item, const struct record *r)
{
	struct json_object *o = json_object_new(v->a);
	const struct json *value = json_get(r->body, item->name);
	bool list = json_is(value, JSON_ARRAY) && item->type != FIELD_CHOICES;
	struct str answer = list ? STR("") : show_item(v, item, value);
	if (answer.n == 0 && r->masked && is_where(item->name))
		answer = show_row(v, "data.masked");
	json_put_str(o, STR("item"), item->name);
	json_put_str(o, STR("label"), item->label.t[v->lang]);
	json_put_str(o, STR("answer"), answer);
	json_put_bool(o, STR("blank"), answer.n == 0 && !(list && value->n));
	show_list(v, o, "members", people(v, packs, list ? value : NULL));
	return json_object_done(o);
}

const struct json *data_rows(struct visit *v, const struct pack_set *packs,
                             const struct dataset *set, const struct record *r)
{
	struct json_array *rows = json_array_new(v->a);
	for (size_t i = 0; set && i < set->nitems; i++)
		if (!set->items[i].hidden)
			json_push(rows, one_row(v, packs, &set->items[i], r));
	return json_array_done(rows);
}

static const struct json *one_record(struct visit *v, const struct pack_set *packs,
                                     struct str org, const struct record *r)
{
	struct json_object *o = json_object_new(v->a);
	const struct dataset *set = pack_dataset(packs, r->dataset);
	json_put_str(o, STR("dataset_title"), data_title(v, set, r->dataset));
	const struct json *rows = data_rows(v, packs, set, r);
	json_put(o, STR("rows"), rows);
	json_put_bool(o, STR("has_rows"), json_len(rows) > 0);
	json_put_bool(o, STR("masked"), r->masked);
	json_put_str(o, STR("source"), show_source(v, set, r->source));
	json_put_str(o, STR("recorded"), show_day(v, r->recorded_at));
	json_put_str(o, STR("valid_from"), show_iso_day(v, r->valid_from));
	json_put_str(o, STR("wrong_href"), arena_printf(v->a, "/report?org=%.*s&dataset=%.*s",
	             STR_ARG(org), STR_ARG(r->dataset)));
	return json_object_done(o);
}

/* ---- what she said is wrong ---- */

static struct str item_label(const struct visit *v, const struct dataset *set, struct str name)
{
	const struct dataset_item *item = dataset_item(set, name);
	return item ? item->label.t[v->lang] : STR("");
}

static struct result put_reports(struct visit *v, const struct pack_set *packs, struct str org,
                                 struct str code, struct json_object *o, struct err *err)
{
	const struct record_report *list;
	size_t n;
	struct json_array *out = json_array_new(v->a);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(record_report_list(db, v->a, org, code, &list, &n, err));
	for (size_t i = 0; i < n; i++) {
		const struct dataset *set = pack_dataset(packs, list[i].dataset);
		struct json_object *x = json_object_new(v->a);
		json_put_str(x, STR("dataset_title"), data_title(v, set, list[i].dataset));
		json_put_str(x, STR("item_label"), item_label(v, set, list[i].item));
		json_put_str(x, STR("said"), list[i].text);
		json_put_str(x, STR("said_at"), show_day(v, list[i].at));
		json_put_bool(x, STR("done"), list[i].done_at != 0);
		json_put_str(x, STR("answered"), list[i].answer);
		json_put_str(x, STR("done_at"), show_day(v, list[i].done_at));
		json_push(out, json_object_done(x));
	}
	show_list(v, o, "reports", out);
	return ok();
}

/* ---- the page ---- */

static struct result put_city(struct visit *v, const struct pack_set *packs,
                              const struct org *org, struct json_array *cities, struct err *err)
{
	struct str code;
	const struct record *list;
	size_t n;
	struct json_object *o = json_object_new(v->a);
	struct json_array *records = json_array_new(v->a);
	TRY(data_load(v, org->id, &code, &list, &n, err));
	if (n == 0)
		return ok();
	for (int rest = 0; rest < 2; rest++) /* who she is comes first */
		for (size_t i = 0; i < n; i++)
			if (str_starts(list[i].dataset, STR("resident.")) == !rest)
				json_push(records, one_record(v, packs, org->id, &list[i]));
	json_put_str(o, STR("city"), org->name.t[v->lang]);
	show_list(v, o, "records", records);
	TRY(put_reports(v, packs, org->id, code, o, err));
	TRY(visit_journal(v, org->id, code, STR(""), STR("本人による閲覧"), err));
	json_push(cities, json_object_done(o));
	return ok();
}

struct result portal_my_data(struct visit *v, struct err *err)
{
	const struct org *const *orgs;
	PACKS_AUTO packs = app_packs(v->app);
	size_t n = app_cities(v->app, v->a, &orgs);
	struct json_object *o = json_object_new(v->a);
	struct json_array *cities = json_array_new(v->a);
	for (size_t i = 0; i < n; i++)
		TRY(put_city(v, packs, orgs[i], cities, err));
	json_put_str(o, STR("title_key"), STR("data.title"));
	show_list(v, o, "cities", cities);
	return visit_page(v, 200, STR("portal/my_data"), o, err);
}
