/* 職権による記載・修正: an officer writes a new version of a resident's basic
 * entry (住民基本台帳法 §8). Only what is on the form changes; the address of a
 * protected person is not shown, and stays unless a new one is typed. What
 * follows for her certificates happens in the same transaction
 * (apply/register.h). */
#include "base/calendar.h"
#include "base/text.h"
#include "store/journal.h"
#include "web/certs.h"
#include "web/counter.h"
#include "web/show.h"

enum { FIELD_MAX = 200, REASON_MAX = 100 };

static const struct field_row {
	const char *name, *label;
	bool where; /* left empty for a protected person */
} fields[] = {
	{ "name", "counter.correct.name", false }, { "kana", "counter.correct.kana", false },
	{ "birth", "counter.correct.birth", false }, { "sex", "counter.correct.sex", false },
	{ "address", "counter.correct.address", true }, { "postal", "counter.correct.postal", true },
	{ "status", "counter.correct.status", false },
};
enum { NFIELDS = sizeof fields / sizeof *fields };

struct correction {
	struct str code, day, reason, problem;
	struct str typed[NFIELDS];
	const struct record *basic;
};

static struct result find(struct visit *v, struct db *db, struct correction *c, struct err *err)
{
	c->code = v->q->param[1];
	TRY(record_current(db, v->a, v->session.org, c->code, STR(BASIC_DATASET), STR(""), &c->basic,
	                   err));
	if (!c->basic)
		return fail(err, ERR_NOT_FOUND, "counter.resident.none", NULL, "no such person here");
	return ok();
}

static const struct json *options(struct visit *v, const struct pack_set *packs,
                                  const struct field_row *row, struct str chosen)
{
	const struct dataset_item *item =
		dataset_item(pack_dataset(packs, STR(BASIC_DATASET)), str_c(row->name));
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; item && i < item->noptions; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("code"), item->options[i].code);
		json_put_str(o, STR("option_label"), item->options[i].label.t[v->lang]);
		json_put_bool(o, STR("selected"), str_eq(chosen, item->options[i].code));
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

static struct result page(struct visit *v, const struct correction *c, struct err *err)
{
	PACKS_AUTO packs = app_packs(v->app);
	struct json_object *o = json_object_new(v->a);
	struct json_array *list = json_array_new(v->a);
	TRY(counter_put_frame(v, o, "residents", err));
	for (size_t i = 0; i < NFIELDS; i++) {
		struct json_object *x = json_object_new(v->a);
		const struct json *choice = options(v, packs, &fields[i], c->typed[i]);
		json_put_str(x, STR("field"), str_c(fields[i].name));
		json_put_str(x, STR("field_key"), str_c(fields[i].label));
		json_put_str(x, STR("value"), c->typed[i]);
		json_put_bool(x, STR("is_choice"), json_len(choice) > 0);
		json_put(x, STR("options"), choice);
		json_push(list, json_object_done(x));
	}
	json_put_str(o, STR("title_key"), STR("counter.correct.title"));
	json_put_str(o, STR("name"), json_text(json_get(c->basic->body, STR("name"))));
	json_put_bool(o, STR("is_protected"), c->basic->masked);
	json_put(o, STR("fields"), json_array_done(list));
	json_put_str(o, STR("day"), c->day);
	json_put_str(o, STR("reason"), c->reason);
	json_put_str(o, STR("self"), v->q->path);
	json_put_str(o, STR("back_href"), arena_printf(v->a, "%.*s/residents/%.*s",
	             STR_ARG(counter_base(v)), STR_ARG(c->code)));
	if (c->problem.n) {
		json_put_str(o, STR("problem_key"), c->problem);
		json_put_bool(o, STR("errors"), true);
	}
	return visit_page(v, c->problem.n ? 422 : 200, STR("counter/correct"), o, err);
}

struct result counter_correct(struct visit *v, struct err *err)
{
	struct correction c = { .day = date_format(v->a, jst_date(v->now)) };
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(find(v, db, &c, err));
	store_reader_done(&db);
	for (size_t i = 0; i < NFIELDS; i++)
		c.typed[i] = json_text(json_get(c.basic->body, str_c(fields[i].name)));
	TRY(visit_journal(v, v->session.org, c.code, c.basic->id, STR("住民基本台帳の記載の修正"), err));
	return page(v, &c, err);
}

/* ---- what was typed ---- */

static bool is_option(struct visit *v, size_t i, struct str code)
{
	PACKS_AUTO packs = app_packs(v->app);
	const struct json *all = options(v, packs, &fields[i], code);
	for (size_t k = 0; k < json_len(all); k++)
		if (json_bool_or(json_get(json_at(all, k), STR("selected")), false))
			return true;
	return json_len(all) == 0;
}

static const char *mistake(struct visit *v, const struct correction *c)
{
	struct date day;
	if (!date_parse(c->day, &day) || date_cmp(day, jst_date(v->now)) > 0)
		return "counter.correct.error.day";
	if (c->reason.n == 0 || text_has_control(c->reason) || !text_fits(c->reason, REASON_MAX))
		return "counter.correct.error.reason";
	for (size_t i = 0; i < NFIELDS; i++) {
		struct str s = c->typed[i];
		bool may_be_empty = fields[i].where && c->basic->masked;
		if ((s.n == 0 && !may_be_empty) || text_has_control(s) || !text_fits(s, FIELD_MAX) ||
		    !is_option(v, i, s))
			return "counter.correct.error.field";
		if (strcmp(fields[i].name, "birth") == 0 &&
		    (!date_parse(s, &day) || date_cmp(day, jst_date(v->now)) > 0))
			return "counter.correct.error.birth";
	}
	return NULL;
}

/* From what stands in the register, in the transaction. */
static struct result write(struct visit *v, const struct correction *c, struct err *err)
{
	const struct json *body;
	struct json_array *changed = json_array_new(v->a);
	struct json_object *detail = json_object_new(v->a);
	struct register_desk desk = certs_desk(v->app);
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(record_basic_raw(tx, v->a, v->session.org, c->code, &body, err));
	for (size_t i = 0; i < NFIELDS; i++) {
		struct str name = str_c(fields[i].name);
		if (str_eq(json_text(json_get(body, name)), c->typed[i]) ||
		    (c->typed[i].n == 0 && fields[i].where))
			continue;
		body = json_with(v->a, body, name, json_str(v->a, c->typed[i]));
		json_push(changed, json_str(v->a, name));
	}
	json_put(detail, STR("items"), json_array_done(changed));
	TRY(register_put(tx, v->a, &desk, &(struct record_new){ .org = v->session.org,
		.subject = c->code, .dataset = STR(BASIC_DATASET), .source = STR("住民基本台帳"),
		.valid_from = c->day, .body = body }, v->now, err));
	TRY(journal_add(tx, &(struct journal_entry){ .org = v->session.org, .subject = c->code,
		.event = STR("register.correct"), .object = c->basic->id,
		.actor = arena_printf(v->a, "officer:%.*s:%.*s", STR_ARG(v->session.org),
		                      STR_ARG(v->session.subject)),
		.purpose = c->reason, .detail = json_object_done(detail) }, err));
	return store_commit(&tx, err);
}

struct result counter_correct_post(struct visit *v, struct err *err)
{
	struct correction c = { 0 };
	struct http_fields f;
	TRY(visit_form(v, &f, err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(find(v, db, &c, err));
	store_reader_done(&db);
	for (size_t i = 0; i < NFIELDS; i++)
		c.typed[i] = text_trim(http_field_get(&f, str_c(fields[i].name)));
	c.day = text_trim(http_field_get(&f, STR("day")));
	c.reason = text_one_line(v->a, http_field_get(&f, STR("reason")));
	const char *problem = mistake(v, &c);
	if (problem) {
		c.problem = str_c(problem);
		return page(v, &c, err);
	}
	TRY(write(v, &c, err));
	visit_redirect(v, arena_printf(v->a, "%.*s/residents/%.*s/certificates?saved=1",
	               STR_ARG(counter_base(v)), STR_ARG(c.code)));
	return ok();
}
