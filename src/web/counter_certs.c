/* Reports about a person's card or phone at the counter or by telephone: held,
 * released, ended. The officer confirms that she has checked who is speaking;
 * that, her reason and what she did are journaled, for the person to read. */
#include "base/text.h"
#include "record/record.h"
#include "store/journal.h"
#include "web/certs.h"
#include "web/counter.h"
#include "web/show.h"

enum { REASON_MAX = 100 };

static const struct {
	enum life_event event;
	const char *key;
} offered[] = {
	{ LIFE_CARD_LOST, "counter.certs.event.card-lost" },
	{ LIFE_CARD_FOUND, "counter.certs.event.card-found" },
	{ LIFE_CARD_STOLEN, "counter.certs.event.card-stolen" },
	{ LIFE_CARD_RETURNED, "counter.certs.event.card-returned" },
	{ LIFE_PHONE_LOST, "counter.certs.event.phone-lost" },
	{ LIFE_PHONE_FOUND, "counter.certs.event.phone-found" },
	{ LIFE_PHONE_CHANGED, "counter.certs.event.phone-changed" },
};

struct report {
	struct str code, event, reason, problem;
	bool checked;
	const struct record *basic;
};

static struct result find(struct visit *v, struct db *db, struct report *r, struct err *err)
{
	r->code = v->q->param[1];
	TRY(record_current(db, v->a, v->session.org, r->code, STR("resident.basic"), STR(""),
	                   &r->basic, err));
	if (!r->basic)
		return fail(err, ERR_NOT_FOUND, "counter.resident.none", NULL, "no such person here");
	return ok();
}

static const struct json *choices(struct visit *v, struct str chosen)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < sizeof offered / sizeof *offered; i++) {
		struct json_object *o = json_object_new(v->a);
		struct str name = str_c(life_row(offered[i].event)->name);
		json_put_str(o, STR("event"), name);
		json_put_str(o, STR("event_key"), str_c(offered[i].key));
		json_put_bool(o, STR("selected"), str_eq(chosen, name));
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

static struct result page(struct visit *v, const struct report *r, bool saved, struct err *err)
{
	struct json_object *o = json_object_new(v->a);
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(certs_put(v, db, v->session.org, r->code, o, err));
	store_reader_done(&db);
	TRY(counter_put_frame(v, o, "residents", err));
	json_put_str(o, STR("title_key"), STR("counter.certs.title"));
	json_put_str(o, STR("name"), json_text(json_get(r->basic->body, STR("name"))));
	json_put_str(o, STR("kana"), json_text(json_get(r->basic->body, STR("kana"))));
	json_put_str(o, STR("back_href"), arena_printf(v->a, "%.*s/residents/%.*s",
	             STR_ARG(counter_base(v)), STR_ARG(r->code)));
	json_put_str(o, STR("self"), v->q->path);
	json_put(o, STR("events"), choices(v, r->event));
	json_put_str(o, STR("reason"), r->reason);
	json_put_bool(o, STR("checked"), r->checked);
	json_put_bool(o, STR("saved"), saved);
	if (r->problem.n) {
		json_put_str(o, STR("problem_key"), r->problem);
		json_put_bool(o, STR("errors"), true);
	}
	return visit_page(v, r->problem.n ? 422 : 200, STR("counter/certificates"), o, err);
}

struct result counter_certs(struct visit *v, struct err *err)
{
	struct report r = { 0 };
	struct http_fields f;
	TRY(http_query_fields(v->q, &f, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(find(v, db, &r, err));
	store_reader_done(&db);
	TRY(visit_journal(v, v->session.org, r.code, r.basic->id, STR("電子証明書に関する届出"), err));
	return page(v, &r, http_field_get(&f, STR("saved")).n > 0, err);
}

static bool is_offered(struct str name, enum life_event *ret)
{
	for (size_t i = 0; i < sizeof offered / sizeof *offered; i++)
		if (str_eq(name, str_c(life_row(offered[i].event)->name))) {
			*ret = offered[i].event;
			return true;
		}
	return false;
}

static struct result apply(struct visit *v, const struct report *r, enum life_event e,
                           struct err *err)
{
	size_t n;
	struct register_desk desk = certs_desk(v->app);
	struct json_object *detail = json_object_new(v->a);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(register_life(tx, v->a, &desk, v->session.org, r->code, e, v->now, &n, err));
	json_put_int(detail, STR("certificates"), (int64_t)n);
	json_put_bool(detail, STR("identity_checked"), true);
	TRY(journal_add(tx, &(struct journal_entry){ .org = v->session.org, .subject = r->code,
		.event = STR("certs.report"), .object = str_c(life_row(e)->name),
		.actor = arena_printf(v->a, "officer:%.*s:%.*s", STR_ARG(v->session.org),
		                      STR_ARG(v->session.subject)),
		.purpose = r->reason, .detail = json_object_done(detail) }, err));
	return store_commit(&tx, err);
}

struct result counter_certs_post(struct visit *v, struct err *err)
{
	struct report r = { 0 };
	struct http_fields f;
	enum life_event e = LIFE_CARD_LOST;
	TRY(visit_form(v, &f, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(find(v, db, &r, err));
	store_reader_done(&db);
	r.event = http_field_get(&f, STR("event"));
	r.reason = text_one_line(v->a, http_field_get(&f, STR("reason")));
	r.checked = str_eq(http_field_get(&f, STR("checked")), STR("yes"));
	if (!is_offered(r.event, &e))
		r.problem = STR("counter.certs.error.event");
	else if (!r.checked)
		r.problem = STR("counter.certs.error.checked");
	else if (r.reason.n == 0 || text_has_control(r.reason) || !text_fits(r.reason, REASON_MAX))
		r.problem = STR("counter.certs.error.reason");
	if (r.problem.n)
		return page(v, &r, false, err);
	TRY(apply(v, &r, e, err));
	visit_redirect(v, arena_printf(v->a, "%.*s?saved=1", STR_ARG(v->q->path)));
	return ok();
}
