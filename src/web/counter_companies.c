/* The registrar's counter (商業登記): what is proposed about a company, what another
 * officer decided, and the certificates that follow. */
#include "web/counter.h"

#include "apply/flow.h"
#include "base/encode.h"
#include "ident/company.h"
#include "web/show.h"

enum { CSR_TEXT_MAX = 2 * COMPANY_CSR_MAX, CORPORATE_NUMBER_MAX = 13 };

static const struct { const char *name, *key; enum company_step step; } steps[] = {
	{ "register", "companies.step.register", COMPANY_REGISTER },
	{ "change", "companies.step.change", COMPANY_CHANGE },
	{ "certify", "companies.step.certify", COMPANY_CERTIFY },
	{ "close", "companies.step.close", COMPANY_CLOSE },
};
enum { STEPS = sizeof steps / sizeof *steps };

bool counter_is_registrar(const struct visit *v)
{
	const struct org *org = app_org(v->app, v->session.org);
	return org && flow_has_role(org->roles, STR("registrar"));
}

/* Anybody else's counter has no such page. */
static struct result registrar(const struct visit *v, const char *role, struct err *err)
{
	if (!counter_is_registrar(v) || !v->app->corporate)
		return fail(err, ERR_NOT_FOUND, "web.no_path", NULL, "no registrar's counter");
	if (role && !flow_has_role(v->session.roles, str_c(role)))
		return fail(err, ERR_FORBIDDEN, "apply.case.role", NULL, "the role %s is needed", role);
	return ok();
}

/* ---- the list ---- */

static const struct json *ask_json(struct visit *v, struct db *db, const struct company_ask *x)
{
	static const char *const states[] = { [COMPANY_PROPOSED] = "companies.state.proposed",
		[COMPANY_DONE] = "companies.state.done", [COMPANY_DECLINED] = "companies.state.declined" };
	struct json_object *o = json_object_new(v->a);
	struct str base = counter_base(v);
	bool open = x->state == COMPANY_PROPOSED;
	for (size_t i = 0; i < STEPS; i++)
		if (steps[i].step == x->step)
			json_put_str(o, STR("step"), show_row(v, steps[i].key));
	json_put_str(o, STR("state"), show_row(v, states[x->state]));
	json_put_str(o, STR("number"), x->company.number);
	json_put_str(o, STR("company"), x->company.name);
	json_put_str(o, STR("office"), x->company.office);
	json_put_str(o, STR("representative"), x->company.representative);
	json_put_str(o, STR("proposed_by"), counter_officer_name(v, db, x->proposed_by));
	json_put_str(o, STR("proposed_on"), show_time(v, x->proposed_at));
	json_put_str(o, STR("decided_by"), open ? STR("")
	             : counter_officer_name(v, db, x->decided_by));
	json_put_str(o, STR("decided_on"), show_time(v, x->decided_at));
	json_put_bool(o, STR("mine_to_decide"), open && !str_eq(x->proposed_by, v->session.subject) &&
	              flow_has_role(v->session.roles, STR("approver")));
	json_put_str(o, STR("decide_path"), arena_printf(v->a, "%.*s/companies/%.*s/decide",
	             STR_ARG(base), STR_ARG(x->id)));
	json_put_str(o, STR("company_href"), arena_printf(v->a, "%.*s/companies/%.*s", STR_ARG(base),
	             STR_ARG(x->company.number)));
	return json_object_done(o);
}

static const struct json *step_choices(struct visit *v)
{
	struct json_array *list = json_array_new(v->a);
	for (size_t i = 0; i < STEPS; i++) {
		struct json_object *o = json_object_new(v->a);
		json_put_str(o, STR("value"), str_c(steps[i].name));
		json_put_str(o, STR("label"), show_row(v, steps[i].key));
		json_push(list, json_object_done(o));
	}
	return json_array_done(list);
}

struct result counter_companies(struct visit *v, struct err *err)
{
	const struct company_ask *asks;
	size_t n;
	struct json_object *o = json_object_new(v->a);
	struct json_array *list = json_array_new(v->a);
	TRY(registrar(v, NULL, err));
	TRY(counter_put_frame(v, o, "companies", err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(company_asks(db, v->a, v->session.org, &asks, &n, err));
	for (size_t i = 0; i < n; i++)
		json_push(list, ask_json(v, db, &asks[i]));
	store_reader_done(&db);
	json_put_str(o, STR("title_key"), STR("companies.title"));
	json_put(o, STR("steps"), step_choices(v));
	json_put_bool(o, STR("may_propose"), flow_has_role(v->session.roles, STR("clerk")));
	show_list(v, o, "asks", list);
	return visit_page(v, 200, STR("counter/companies"), o, err);
}

/* ---- one company ---- */

static const struct json *cert_json(struct visit *v, const struct cert_row *row)
{
	struct json_object *o = json_object_new(v->a);
	bool good = row->state.status == STATUS_GOOD && v->now <= row->not_after;
	json_put_str(o, STR("serial"), arena_printf(v->a, "%08X", row->serial));
	json_put_str(o, STR("until"), show_day(v, row->not_after));
	json_put_bool(o, STR("good"), good);
	json_put_str(o, STR("ended"), good ? STR("") : show_day(v,
	             row->state.status == STATUS_REVOKED ? row->state.at : row->not_after));
	json_put_str(o, STR("der"), base64_encode(v->a, row->der));
	return json_object_done(o);
}

struct result counter_company(struct visit *v, struct err *err)
{
	struct company c;
	const struct cert_row *rows;
	size_t n;
	struct json_object *o = json_object_new(v->a);
	struct json_array *list = json_array_new(v->a);
	TRY(registrar(v, NULL, err));
	TRY(counter_put_frame(v, o, "companies", err));
	STORE_READER_AUTO db = NULL;
	TRY(store_reader(v->app->store, &db, err));
	TRY(company_find(db, v->a, v->session.org, v->q->param[1], &c, err));
	TRY(trust_certs_of_subject(db, v->a, trust_ca_org(v->app->corporate), c.number, &rows, &n, err));
	store_reader_done(&db);
	for (size_t i = 0; i < n; i++)
		json_push(list, cert_json(v, &rows[i]));
	json_put_str(o, STR("title_key"), STR("companies.one"));
	json_put_str(o, STR("number"), c.number);
	json_put_str(o, STR("company"), c.name);
	json_put_str(o, STR("office"), c.office);
	json_put_str(o, STR("representative"), c.representative);
	json_put_bool(o, STR("closed"), c.closed);
	show_list(v, o, "certificates", list);
	return visit_page(v, 200, STR("counter/company"), o, err);
}

/* ---- proposing and deciding ---- */

static struct result back_to_list(struct visit *v)
{
	visit_redirect(v, arena_printf(v->a, "%.*s/companies", STR_ARG(counter_base(v))));
	return ok();
}

static struct result read_ask(struct visit *v, struct company_ask *x, struct err *err)
{
	struct http_fields f;
	TRY(visit_form(v, &f, err));
	*x = (struct company_ask){ .proposed_by = v->session.subject };
	for (size_t i = 0; i < STEPS; i++)
		if (str_eq(http_field_get(&f, STR("step")), str_c(steps[i].name)))
			x->step = steps[i].step;
	struct company *c = &x->company;
	TRY(counter_text(v, http_field_get(&f, STR("number")), CORPORATE_NUMBER_MAX, &c->number, err));
	TRY(counter_text(v, http_field_get(&f, STR("name")), COMPANY_TEXT_MAX, &c->name, err));
	TRY(counter_text(v, http_field_get(&f, STR("office")), COMPANY_TEXT_MAX, &c->office, err));
	TRY(counter_text(v, http_field_get(&f, STR("representative")), COMPANY_TEXT_MAX,
	                 &c->representative, err));
	struct str csr = http_field_get(&f, STR("csr"));
	if (csr.n > CSR_TEXT_MAX)
		return fail(err, ERR_INPUT, "company.csr", NULL, "a request of %zu bytes", csr.n);
	return company_csr_read(v->a, csr, &x->csr, err);
}

struct result counter_company_propose(struct visit *v, struct err *err)
{
	struct company_ask x;
	struct str id;
	TRY(registrar(v, "clerk", err));
	TRY(read_ask(v, &x, err));
	STORE_TX_AUTO tx = NULL;
	TRY(store_begin(v->app->store, &tx, err));
	TRY(company_propose(tx, v->a, v->session.org, &x, v->now, &id, err));
	TRY(store_commit(&tx, err));
	return back_to_list(v);
}

struct result counter_company_decide(struct visit *v, struct err *err)
{
	struct http_fields f;
	struct str der;
	TRY(registrar(v, "approver", err));
	TRY(visit_form(v, &f, err));
	struct str answer = http_field_get(&f, STR("answer"));
	bool approve = str_eq(answer, STR("approve"));
	if (!approve && !str_eq(answer, STR("decline")))
		return fail(err, ERR_INPUT, "company.answer", NULL, "approve or decline");
	TRY(company_decide(v->app->store, v->app->corporate, v->a, v->session.org, v->q->param[1],
	                   v->session.subject, approve, v->now, &der, err));
	return back_to_list(v);
}
