/* A person's records at the counter. The search gives names only; the records
 * open for a stated affair (事務), which the person reads in her access log. */
#include "web/counter.h"

#include "base/text.h"
#include "record/record.h"
#include "store/journal.h"
#include "web/portal_field.h"
#include "web/show.h"

enum { WORDS_MAX = 200, REASON_MAX = 100 };

/* ---- search ---- */

/* Names were looked up: by whom and how many; the words only as a digest. */
static struct result note_search(struct visit *v, struct str words, size_t hits,
                                 struct err *err)
{
	struct json_object *detail = json_object_new(v->a);
	json_put_int(detail, STR("hits"), (int64_t)hits);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = v->session.org,
		.event = str_c(v->route->event),
		.actor = arena_printf(v->a, "officer:%.*s:%.*s", STR_ARG(v->session.org),
		                      STR_ARG(v->session.subject)),
		.detail = json_object_done(detail), .body = words }, err));
	return store_commit(&tx, err);
}

static const struct json *hit_rows(struct visit *v, const struct record_hit *hits, size_t n)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("name"), hits[i].name);
		json_put_str(o, STR("kana"), hits[i].kana);
		json_put_str(o, STR("birth"), show_iso_day(v, hits[i].birth));
		json_put_str(o, STR("hit_href"), arena_printf(v->a, "%.*s/residents/%.*s",
		             STR_ARG(counter_base(v)), STR_ARG(hits[i].subject)));
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

struct result counter_residents(struct visit *v, struct err *err)
{
	struct http_fields f;
	const struct record_hit *hits = NULL;
	size_t n = 0;
	struct json_object *o = json_object_new(v->a);
	TRY(http_query_fields(v->q, &f, err));
	struct str words = str_trim(http_field_get(&f, STR("q")));
	if (words.n > WORDS_MAX)
		return fail(err, ERR_INPUT, "counter.words", NULL, "more than %d bytes to look for",
		            WORDS_MAX);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(record_find_resident(db, v->a, v->session.org, words, &hits, &n, err));
	store_reader_done(&db);
	if (words.n)
		TRY(note_search(v, words, n, err));
	json_put_str(o, STR("title_key"), STR("counter.residents.title"));
	TRY(counter_put_frame(v, o, "residents", err));
	json_put_str(o, STR("q"), words);
	json_put_bool(o, STR("asked"), words.n > 0);
	json_put_bool(o, STR("many"), n >= 50);
	json_put_bool(o, STR("any_hits"), n > 0);
	json_put_int(o, STR("count"), (int64_t)n);
	json_put(o, STR("hits"), hit_rows(v, hits, n));
	return visit_page(v, 200, STR("counter/residents"), o, err);
}

/* ---- one person ---- */

struct person {
	struct str code;
	const struct record *basic;
	const struct json *affairs; /* offered */
	struct str affair, reason, problem;
};

static const struct json *affair_choices(struct visit *v, const struct pack_set *packs,
                                         struct str chosen)
{
	const struct procedure *const *all;
	size_t n = pack_procedures(packs, &all);
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++) {
		if (!all[i]->online || all[i]->affair.n == 0)
			continue;
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("affair"), all[i]->affair);
		json_put_bool(o, STR("selected"), str_eq(all[i]->affair, chosen));
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

static bool is_affair(const struct person *p)
{
	for (size_t i = 0; i < json_len(p->affairs); i++)
		if (str_eq(json_text(json_get(json_at(p->affairs, i), STR("affair"))), p->affair))
			return true;
	return false;
}

static struct result find_person(struct visit *v, struct db *db, struct person *p,
                                 struct err *err)
{
	p->code = v->q->param[1];
	TRY(record_current(db, v->a, v->session.org, p->code, STR("resident.basic"), STR(""),
	                   &p->basic, err));
	if (!p->basic)
		return fail(err, ERR_NOT_FOUND, "counter.resident.none", NULL, "no such person here");
	return ok();
}

static struct result put_person(struct visit *v, const struct person *p, struct json_object *o,
                                struct err *err)
{
	json_put_str(o, STR("title_key"), STR("counter.resident.title"));
	TRY(counter_put_frame(v, o, "residents", err));
	json_put_str(o, STR("name"), json_text(json_get(p->basic->body, STR("name"))));
	json_put_str(o, STR("kana"), json_text(json_get(p->basic->body, STR("kana"))));
	json_put_str(o, STR("birth"),
	             show_iso_day(v, json_text(json_get(p->basic->body, STR("birth")))));
	json_put_bool(o, STR("is_protected"), p->basic->masked);
	json_put_str(o, STR("back_href"), arena_printf(v->a, "%.*s/residents",
	             STR_ARG(counter_base(v))));
	return ok();
}

static struct result ask_page(struct visit *v, const struct person *p, struct err *err)
{
	struct json_object *o = json_object_new(v->a);
	TRY(put_person(v, p, o, err));
	json_put(o, STR("affairs"), p->affairs);
	json_put_str(o, STR("reason"), p->reason);
	json_put_str(o, STR("self"), v->q->path);
	if (p->problem.n) {
		json_put_str(o, STR("problem_key"), p->problem);
		json_put_bool(o, STR("errors"), true);
	}
	return visit_page(v, p->problem.n ? 400 : 200, STR("counter/resident_ask"), o, err);
}

struct result counter_resident(struct visit *v, struct err *err)
{
	struct person p = { 0 };
	PACKS_AUTO packs = app_packs(v->app);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(find_person(v, db, &p, err));
	store_reader_done(&db);
	p.affairs = affair_choices(v, packs, STR(""));
	return ask_page(v, &p, err);
}

static const struct json *record_rows(struct visit *v, const struct pack_set *packs,
                                      const struct record *records, size_t n)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < n; i++) {
		struct counter_bodies b = { .now = records[i].body, .masked = records[i].masked };
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("record_title"),
		             counter_dataset_title(v, packs, records[i].dataset));
		json_put_str(o, STR("source"), records[i].source);
		json_put_str(o, STR("source_day"), show_day(v, records[i].recorded_at));
		json_put(o, STR("record_rows"),
		         counter_dataset_rows(v, packs, records[i].dataset, &b, NULL));
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

static struct result records_page(struct visit *v, struct db *db, const struct pack_set *packs,
                                  const struct person *p, struct err *err)
{
	const struct record *records;
	size_t n;
	struct json_object *o = json_object_new(v->a);
	TRY(record_all(db, v->a, v->session.org, p->code, &records, &n, err));
	TRY(put_person(v, p, o, err));
	json_put_str(o, STR("affair"), p->affair);
	json_put_str(o, STR("reason"), p->reason);
	json_put(o, STR("records"), record_rows(v, packs, records, n));
	return visit_page(v, 200, STR("counter/resident"), o, err);
}

/* 事務, and the officer's own words behind it when there are any. */
static struct str purpose_of(struct visit *v, const struct person *p)
{
	return p->reason.n ? arena_printf(v->a, "%.*s（%.*s）", STR_ARG(p->affair), STR_ARG(p->reason))
	                   : p->affair;
}

struct result counter_resident_open(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct person p = { 0 };
	PACKS_AUTO packs = app_packs(v->app);
	TRY(visit_form(v, &f, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(find_person(v, db, &p, err));
	store_reader_done(&db);
	p.affair = http_field_get(&f, STR("affair"));
	p.affairs = affair_choices(v, packs, p.affair);
	p.reason = text_one_line(v->a, http_field_get(&f, STR("reason")));
	if (!is_affair(&p))
		p.problem = STR("counter.problem.affair");
	else if (text_has_control(p.reason) || !text_fits(p.reason, REASON_MAX))
		p.problem = STR("counter.problem.text");
	if (p.problem.n)
		return ask_page(v, &p, err);
	/* Journaled before anything is shown: what cannot be noted is not seen. */
	TRY(visit_journal(v, v->session.org, p.code, p.basic->id, purpose_of(v, &p), err));
	TRY(store_reader(v->app->store, &db, err));
	return records_page(v, db, packs, &p, err);
}
